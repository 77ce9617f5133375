"""The task that makes the load of a load test, by any image that keeps the runners' contract."""

from typing import NamedTuple

from constructs import Construct

from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from imports.aws.kms_key import KmsKey
from pay.catalogue import assumptions
from pay.existing.configuration import existing_secret
from pay.model import Environment, Side, names
from pay.model.environment.load import API_TOKEN, FAMILY, Load
from pay.model.hardening import confinement, volumes
from pay.model.rights.tasks import execution_rights, load_test_rights, tasks_trust
from pay.platform.logs import log_group
from pay.service.containers import log_configuration
from pay.service.variables import as_pairs
from pay.tasks.definition import role, task_definition


class _LoadContainer(NamedTuple):
    """The confinement of the runner."""

    name: str = FAMILY
    user: str = assumptions.APPLICATION_USER
    writable_paths: tuple[str, ...] = ("/tmp",)


class LoadTest:
    """The task definition with its roles and its log group."""

    def __init__(
        self, scope: Construct, load: Load, *, environment: Environment, key: KmsKey
    ) -> None:
        """`key` encrypts its log group."""
        name, part = environment.name, _LoadContainer()
        group = names.log_group(name, "app", FAMILY)
        self.log_group: CloudwatchLogGroup = log_group(
            scope, "load_test_log", name=group, environment=environment, key=key
        )
        secret = existing_secret(scope, "load_secret", load.secret_name)
        registry = names.image_registry(environment.account_id, environment.region)
        container = {
            "name": FAMILY,
            "image": f"{registry}/{load.image}",
            "cpu": load.size.cpu,
            "memory": load.size.memory_mib,
            "essential": True,
            "environment": as_pairs({"RESULTS_BUCKET": load.bucket}, "value"),
            # AWS: ECS developer guide, "Pass Secrets Manager secrets".
            "secrets": as_pairs({API_TOKEN: f"{secret.arn}:{API_TOKEN}::"}, "valueFrom"),
            "logConfiguration": log_configuration(environment, group, FAMILY),
            **confinement(part),
        }
        starts = execution_rights(
            environment,
            Side.FARGATE,
            repositories=[environment.arn("ecr", f"repository/{load.repository}")],
            log_groups=[environment.arn("logs", f"log-group:{group}")],
            secrets=[secret.arn],
            secret_keys=[secret.kms_key_id],
            parameters=(),
        )
        trust = tasks_trust(environment)
        task_definition(
            scope,
            FAMILY,
            environment=environment,
            size=load.size,
            container=container,
            volumes=[*volumes(part)],
            execution_role=role(
                scope,
                "load_test_execution",
                name=names.one_off_execution_role(name, FAMILY),
                trust=trust,
                rights=starts,
            ),
            task_role=role(
                scope,
                "load_test_task",
                name=names.one_off_task_role(name, FAMILY),
                trust=trust,
                rights=load_test_rights(load.bucket),
            ),
        )
