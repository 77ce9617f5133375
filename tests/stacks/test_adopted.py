"""What can be taken over is what the stacks manage while nothing has moved."""

from collections.abc import Mapping

import pytest

from pay.environments.adopted import adoptable
from pay.model import Environment, Side, Stage
from pay.model.stacks import known_stacks
from tests.support.synthesised import Synthesised, synthesise

NEVER_TWICE = {"aws_ecs_service", "aws_lb", "aws_lb_target_group", "aws_route53_record"}
"""A second one would fail on the name of the first, or take its traffic."""


@pytest.fixture(scope="module")
def unmoved(environments: Mapping[str, Environment]) -> Environment:
    base = environments["sandbox"]
    services = {
        name: deployment.model_copy(update={"stage": Stage.LEGACY})
        for name, deployment in base.services.items()
    }
    return base.model_copy(update={"services": services})


@pytest.fixture(scope="module")
def stacks(unmoved: Environment) -> Mapping[str, Synthesised]:
    known = known_stacks({unmoved.name: unmoved})
    return synthesise([unmoved], [id for id, stack in known.items() if stack.kind.adoption])


def test_every_address_that_is_looked_up_is_one_of_its_stack(
    unmoved: Environment, stacks: Mapping[str, Synthesised]
) -> None:
    for stack, addresses in adoptable(unmoved).items():
        assert set(addresses) <= set(stacks[stack].addresses), stack


def test_no_service_load_balancer_target_group_or_record_is_left_out(
    unmoved: Environment, stacks: Mapping[str, Synthesised]
) -> None:
    expected = adoptable(unmoved)
    for id, stack in stacks.items():
        managed = {a for a in stack.addresses if a.partition(".")[0] in NEVER_TWICE}
        assert managed <= {address for address, each in expected[id].items() if each.must}, id


def test_every_role_and_listener_of_a_service_and_every_log_group_is_looked_up(
    unmoved: Environment, stacks: Mapping[str, Synthesised]
) -> None:
    """Of the stack with tasks only one task exists already: the rest is new with the stack."""
    looked_up = adoptable(unmoved)
    sessions = {f"aws_cloudwatch_log_group.{side}_exec_log" for side in Side}
    known = known_stacks({unmoved.name: unmoved})
    for id, stack in stacks.items():
        if known[id].kind.has_one_off_tasks:
            continue
        kinds = {"aws_cloudwatch_log_group", "aws_iam_role", "aws_lb_listener"}
        managed = {a for a in stack.addresses if a.partition(".")[0] in kinds}
        assert managed - sessions <= set(looked_up[id]), id
