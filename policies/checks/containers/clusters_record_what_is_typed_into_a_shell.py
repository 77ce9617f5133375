"""Clusters must record every ECS Exec session, encrypted with a customer managed key.

Without this configuration, ECS Exec leaves no audit trail of the commands typed.
"""

from policies.engine.rule import rule
from policies.reading.settings import differences, no_customer_key
from policies.reading.stack import Block

_EXEC = "configuration.execute_command_configuration"
_LOGS = f"{_EXEC}.log_configuration"
_REQUIRED = {f"{_EXEC}.logging": "OVERRIDE", f"{_LOGS}.cloud_watch_encryption_enabled": True}


@rule("aws_ecs_cluster")
def judge(cluster: Block) -> list[str]:
    problems = differences(cluster, _REQUIRED) + no_customer_key(cluster, f"{_EXEC}.kms_key_id")
    if not cluster.get(*_LOGS.split("."), "cloud_watch_log_group_name"):
        problems.append(f"{_LOGS}.cloud_watch_log_group_name is missing")
    return problems
