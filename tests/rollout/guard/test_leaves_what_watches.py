"""No plan of any stack makes, changes or destroys what watches the account: it is one for all, and
belongs to whoever administers it.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.model import Environment
from pay.model.stacks import KINDS, OTHER, RESOURCE_TYPES, Stack
from rollout.guard.rule import Context
from rollout.guard.rules.plan import leaves_the_existing_estate
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.support.plans import Json, change, plan

WATCHES = (
    "aws_cloudtrail",
    "aws_config_configuration_recorder",
    "aws_config_configuration_recorder_status",
    "aws_config_delivery_channel",
    "aws_flow_log",
    "aws_guardduty_detector",
    "aws_guardduty_detector_feature",
    "aws_inspector2_enabler",
    "aws_securityhub_account",
    "aws_securityhub_standards_subscription",
    "aws_vpc_endpoint",
    "aws_wafv2_web_acl",
    "aws_wafv2_web_acl_logging_configuration",
)
ONE, TWO = {"name": "one"}, {"name": "two"}
MOVES: Mapping[str, Mapping[str, Json | list[str] | None]] = {
    "makes": {"before": None, "after": ONE},
    "changes": {"before": ONE, "after": TWO},
    "replaces": {"before": ONE, "after": TWO, "actions": ["delete", "create"]},
    "destroys": {"before": ONE, "after": None},
    "forgets": {"before": ONE, "after": None, "actions": ["forget"]},
    "imports": {"before": ONE, "after": ONE, "importing": {"id": "one"}},
}


def test_no_kind_of_stack_may_hold_it() -> None:
    assert RESOURCE_TYPES.isdisjoint(WATCHES)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("type", WATCHES)
def test_no_stack_moves_it(environments: Mapping[str, Environment], type: str, move: str) -> None:
    moved = change(f"{type}.this", **MOVES[move])  # type: ignore[arg-type]
    for kind in (*KINDS, OTHER):
        stack = Stack("sandbox-any", kind, "sandbox", ("sandbox",))
        judged = StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, moved)))
        context = Context((judged,), environments)
        assert list(leaves_the_existing_estate.check(judged, context)), kind.name
