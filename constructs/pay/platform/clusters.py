"""An ECS cluster with Container Insights and recorded ECS Exec sessions."""

from constructs import Construct

from imports.aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from imports.aws.kms_key import KmsKey
from pay.model import Environment, Side, addresses, names
from pay.platform.logs import log_group


def ecs_cluster(
    scope: Construct, side: Side, *, environment: Environment, key: KmsKey
) -> EcsCluster:
    """Create the cluster of one side.

    No service enables ECS Exec, because its agent needs a writable root file system. If a person
    enables it by hand, the session is encrypted and recorded (PCI DSS v4.0.1, 10.2.1.2).
    """
    name = names.cluster(environment.name, side)
    sessions = log_group(
        scope,
        f"{side}_exec_log",
        name=f"{environment.name}_ecs-exec_{side}",
        environment=environment,
        key=key,
    )
    return EcsCluster(
        scope,
        addresses.cluster(side).id,
        name=name,
        setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
        configuration=EcsClusterConfiguration(
            execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                kms_key_id=key.arn,
                logging="OVERRIDE",
                log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                    cloud_watch_encryption_enabled=True,
                    cloud_watch_log_group_name=sessions.name,
                ),
            )
        ),
    )
