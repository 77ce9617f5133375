"""The two roles of a task, each with no more than what the catalogue says the service uses."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from pay.existing.configuration import ExistingConfiguration
from pay.iam.document import Statement, policy_document
from pay.model import addresses, names
from pay.model.addresses import RoleKind
from pay.model.rights.tasks import execution_rights, task_rights, tasks_trust
from pay.model.side import ServiceSide
from pay.service.logs import LogGroups
from pay.service.variables import Variables


class Roles:
    """The task role and the execution role. The application uses the first. ECS uses the second to
    start it: pull the images, read the secrets, write the logs.
    """

    def __init__(
        self,
        scope: Construct,
        side: ServiceSide,
        *,
        variables: Variables,
        configuration: ExistingConfiguration,
        logs: LogGroups,
    ) -> None:
        self._scope = scope
        self._side = side
        self.policies: list[ITerraformDependable] = []
        """The resources that the service must not outlive, because without them a task can neither
        start nor drain."""
        environment, service = side.environment.name, side.service.name
        sidecars = [sidecar.repository for sidecar in side.service.sidecars]
        repositories = [names.repository(service), *sidecars]
        starts = execution_rights(
            side.environment,
            side.side,
            repositories=[side.environment.arn("ecr", f"repository/{r}") for r in repositories],
            log_groups=logs.arns,
            secrets=configuration.secret_arns,
            secret_keys=configuration.secret_key_arns,
            parameters=configuration.parameter_arns,
        )
        name = names.execution_role(environment, service, side.side)
        self.execution_role_arn = self._role("execution", name, starts)
        does = task_rights(
            side.environment,
            side.service,
            queues=variables.queue_arns,
            topics=variables.topic_arns,
        )
        name = names.task_role(environment, service, side.side)
        self.task_role_arn = self._role("task", name, does)

    def _role(self, kind: RoleKind, name: str, statements: list[Statement]) -> str:
        role = IamRole(
            self._scope,
            addresses.role(kind).id,
            name=name,
            assume_role_policy=policy_document(tasks_trust(self._side.environment)),
        )
        if statements:
            policy = IamRolePolicy(
                self._scope,
                addresses.role_policy(kind).id,
                name=f"{kind}-policy",
                role=role.name,
                policy=policy_document(*statements),
            )
            self.policies.append(policy)
        return str(role.arn)
