"""Tasks must not have a public IP address.

Traffic must reach a task through its load balancer only. A public address bypasses the balancer and
its logs.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block
from policies.engine.stack import value as get


@rule(
    "aws_ecs_service", "aws_ecs_task_set", "aws_cloudwatch_event_target", "aws_scheduler_schedule"
)
def judge(block: Block) -> list[str] | None:
    networks = [
        *block.blocks("network_configuration"),
        *(n for t in block.blocks("ecs_target") for n in _networks(t)),
        *(n for t in block.blocks("target") for e in _ecs(t) for n in _networks(e)),
    ]
    if not networks:
        return None
    return [
        f"assign_public_ip is {public!r}"
        for network in networks
        if (public := get(network, "assign_public_ip")) not in {None, False}
    ]


def _networks(target: object) -> list[object]:
    network = get(target, "network_configuration")
    return [] if network is None else [network]


def _ecs(target: object) -> list[object]:
    parameters = get(target, "ecs_parameters")
    return [] if parameters is None else [parameters]
