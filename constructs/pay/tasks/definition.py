"""The task definition of a one-off task, and its roles."""

import json
from collections.abc import Mapping, Sequence

from constructs import Construct

from imports.aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from pay.iam.document import Statement, policy_document
from pay.model import Environment, TaskSize, addresses, names


def task_definition(
    scope: Construct,
    family: str,
    *,
    environment: Environment,
    size: TaskSize,
    container: Mapping[str, object],
    volumes: Sequence[str],
    execution_role: IamRole,
    task_role: IamRole | None = None,
) -> EcsTaskDefinition:
    """Create the definition of a Fargate task with one container."""
    return EcsTaskDefinition(
        scope,
        addresses.one_off_task(family).id,
        family=names.one_off_task_family(environment.name, family),
        requires_compatibilities=["FARGATE"],
        network_mode="awsvpc",
        cpu=str(size.cpu),
        memory=str(size.memory_mib),
        execution_role_arn=execution_role.arn,
        task_role_arn=task_role.arn if task_role else None,
        # Keys sorted, so that equal definitions give equal text.
        container_definitions=json.dumps([container], sort_keys=True),
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            cpu_architecture=environment.architecture, operating_system_family="LINUX"
        ),
        volume=[EcsTaskDefinitionVolume(name=name) for name in volumes],
        # A schedule or a person that still names the previous revision can run it.
        skip_destroy=True,
    )


def role(
    scope: Construct, id: str, *, name: str, trust: Statement, rights: Sequence[Statement]
) -> IamRole:
    """Create a role with one policy; `id` is what the ids of both begin with."""
    iam_role = IamRole(scope, f"{id}_role", name=name, assume_role_policy=policy_document(trust))
    IamRolePolicy(
        scope,
        f"{id}_policy",
        name=f"{id.rpartition('_')[2]}-policy",
        role=iam_role.name,
        policy=policy_document(*rights),
    )
    return iam_role
