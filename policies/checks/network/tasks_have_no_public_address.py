"""Tasks have no public IP address.

A task is reached through its load balancer only; an address of its own goes round it and its logs.
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
        f"assign_public_ip is {found!r}"
        for network in networks
        if (found := get(network, "assign_public_ip")) not in {None, False}
    ]


def _networks(target: object) -> list[object]:
    found = get(target, "network_configuration")
    return [] if found is None else [found]


def _ecs(target: object) -> list[object]:
    found = get(target, "ecs_parameters")
    return [] if found is None else [found]
