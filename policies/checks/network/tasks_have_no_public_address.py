"""Tasks must not have a public IP address.

Traffic must reach a task through its load balancer only. A public address bypasses the balancer and
its logs.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, blocks_of, get


@rule(
    "aws_ecs_service", "aws_ecs_task_set", "aws_cloudwatch_event_target", "aws_scheduler_schedule"
)
def judge(block: Block) -> list[str] | None:
    networks = [
        *block.blocks("network_configuration"),
        *(n for t in block.blocks("ecs_target") for n in blocks_of(t, "network_configuration")),
        *(
            network
            for target in block.blocks("target")
            for parameters in blocks_of(target, "ecs_parameters")
            for network in blocks_of(parameters, "network_configuration")
        ),
    ]
    if not networks:
        return None
    return [
        f"assign_public_ip is {public!r}"
        for network in networks
        if (public := get(network, "assign_public_ip")) not in {None, False}
    ]
