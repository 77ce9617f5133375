"""The tasks of images of their own: those that make calls, and those that staff start."""

from collections.abc import Sequence

from constructs import Construct

from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from imports.aws.ecs_task_definition import EcsTaskDefinition
from imports.aws.iam_role import IamRole
from imports.aws.kms_key import KmsKey
from pay.existing.messaging import queue
from pay.iam.document import Statement
from pay.model import Environment, addresses, names
from pay.model.hardening import confinement, volumes
from pay.model.rights.tasks import one_off_rights, starts_one_off, tasks_trust
from pay.model.service.one_off_task import OneOffTask
from pay.platform.logs import log_group
from pay.service.containers import log_configuration
from pay.service.images import image
from pay.service.variables import as_pairs
from pay.tasks.definition import role, task_definition


class OneOff:
    """A task definition with its roles and its log group."""

    def __init__(
        self,
        scope: Construct,
        task: OneOffTask,
        *,
        environment: Environment,
        key: KmsKey,
        stream_prefix: str,
    ) -> None:
        """`key` encrypts its log group."""
        self._scope, self._task, self._environment = scope, task, environment
        self._id = task.name.replace("-", "_")
        group = names.log_group(environment.name, task.log_kind, task.name)
        self.log_group: CloudwatchLogGroup = log_group(
            scope,
            f"{self._id}_log",
            name=group,
            environment=environment,
            key=key,
        )
        container = self._container(log_configuration(environment, group, stream_prefix))
        starts = starts_one_off(environment, task)
        does = one_off_rights(environment, task, queues=self._queue_arns)
        execution_role = self._role(
            "execution", names.one_off_execution_role(environment.name, task.name), starts
        )
        # Without a right it needs no role.
        task_role = (
            self._role("task", names.one_off_task_role(environment.name, task.name), does)
            if does
            else None
        )
        self.definition: EcsTaskDefinition = task_definition(
            scope,
            task.name,
            environment=environment,
            size=task.size,
            container=container,
            volumes=[*volumes(task).keys()],
            execution_role=execution_role,
            task_role=task_role,
        )

    def _container(self, log: dict[str, object]) -> dict[str, object]:
        task, environment = self._task, self._environment
        values: dict[str, str] = {}
        self._queue_arns: dict[str, str] = {}
        for use in task.queues:
            existing = queue(self._scope, environment, use.name, f"{self._id}_")
            values[use.variable] = existing.url
            self._queue_arns[use.name] = existing.arn
        for bucket in task.buckets:
            values[bucket.variable] = names.bucket(environment.name, bucket.name)
        container: dict[str, object] = {
            "name": task.name,
            "image": image(
                self._scope, environment, task.name, task.repository, task.image_tag_variable
            ),
            "cpu": task.size.cpu,
            "memory": task.size.memory_mib,
            "essential": True,
            "logConfiguration": log,
            **confinement(task),
        }
        if values:
            container["environment"] = as_pairs(values, "value")
        return container

    def _role(self, kind: addresses.RoleKind, name: str, rights: Sequence[Statement]) -> IamRole:
        return role(
            self._scope,
            f"{self._id}_{kind}",
            name=name,
            trust=tasks_trust(self._environment),
            rights=rights,
        )
