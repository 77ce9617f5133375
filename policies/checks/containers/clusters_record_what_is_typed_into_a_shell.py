"""Clusters must record every ECS Exec session, encrypted with a customer managed key.

Without this configuration, ECS Exec leaves no audit trail of the commands typed.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_cluster")
def judge(cluster: Block) -> list[str]:
    exec_ = "configuration", "execute_command_configuration"
    logs = *exec_, "log_configuration"
    problems = []
    if (logging := cluster.value(*exec_, "logging")) != "OVERRIDE":
        problems.append(f"execute_command_configuration.logging is {logging!r}, not 'OVERRIDE'")
    if not cluster.value(*exec_, "kms_key_id"):
        problems.append("execute_command_configuration.kms_key_id is missing")
    if not cluster.value(*logs, "cloud_watch_log_group_name"):
        problems.append("log_configuration.cloud_watch_log_group_name is missing")
    if cluster.value(*logs, "cloud_watch_encryption_enabled") is not True:
        problems.append("log_configuration.cloud_watch_encryption_enabled must be true")
    return problems
