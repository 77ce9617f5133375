"""The task definition of one service on one side."""

import json

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from pay.existing.configuration import ExistingConfiguration
from pay.existing.network import ExistingNetwork
from pay.model import Side, addresses
from pay.model.side import ServiceSide
from pay.service.containers import container_definitions, volume_names
from pay.service.images import images
from pay.service.logs import LogGroups
from pay.service.roles import Roles
from pay.service.variables import Variables


class TaskDefinition:
    """The task: containers, roles, and the lookups that they need."""

    def __init__(self, scope: Construct, side: ServiceSide, network: ExistingNetwork) -> None:
        variables = Variables(scope, side, network)
        configuration = ExistingConfiguration(scope, side.environment, side.service)
        logs = LogGroups(side)
        roles = Roles(scope, side, variables=variables, configuration=configuration, logs=logs)
        self.needed_by_tasks: list[ITerraformDependable] = roles.policies
        """The resources that must exist before a task starts, and until the last one has
        stopped."""
        on_fargate = side.side is Side.FARGATE
        platform = EcsTaskDefinitionRuntimePlatform(
            cpu_architecture=side.environment.architecture, operating_system_family="LINUX"
        )
        containers = container_definitions(
            side,
            images=images(scope, side),
            variables=variables,
            configuration=configuration,
            logs=logs,
        )
        definition = EcsTaskDefinition(
            scope,
            addresses.TASK_DEFINITION.id,
            family=side.task_family,
            requires_compatibilities=["FARGATE" if on_fargate else "EC2"],
            network_mode="awsvpc" if on_fargate else "bridge",
            # On EC2 this is a ceiling that today's tasks do not have. Their containers share the
            # instance's CPU by weight. AWS: ECS developer guide, "Task definition parameters".
            cpu=str(side.size.cpu) if on_fargate else None,
            memory=str(side.size.memory_mib),
            execution_role_arn=roles.execution_role_arn,
            task_role_arn=roles.task_role_arn,
            # Keys sorted, so that equal definitions give equal text.
            container_definitions=json.dumps(containers, sort_keys=True),
            runtime_platform=platform if on_fargate else None,
            volume=[EcsTaskDefinitionVolume(name=name) for name in volume_names(side)] or None,
            # A rollback needs the previous revision, so it stays registered.
            skip_destroy=True,
        )
        self.arn = definition.arn
