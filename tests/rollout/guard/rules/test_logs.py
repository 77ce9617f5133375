"""What the guard refuses about logs: that lines go sooner, or that nothing can read them."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import PLATFORM, Json, change, plan

RULE = "keeps-logs-for-a-year"
ADDRESS = "aws_cloudwatch_log_group.connector_app_log"
GROUP: Json = {"name": "a", "retention_in_days": 400, "skip_destroy": True}


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ({"retention_in_days": 365}, "kept for 365 days, not 400 days"),
        ({"retention_in_days": 1}, "kept for 1 days, not 400 days"),
        ({"skip_destroy": False}, "skip_destroy"),
        ({"skip_destroy": None}, "skip_destroy"),
    ],
)
@pytest.mark.parametrize("importing", [None, {"id": "a"}])
def test_refuses_to_keep_lines_less_well(
    refused: Judge, after: Json, says: str, importing: Json | None
) -> None:
    worse = change(ADDRESS, GROUP, {**GROUP, **after}, importing=importing)
    (refusal,) = refused(plan(PLATFORM, worse), stage=Stage.HALF)
    assert refusal.rule == RULE
    assert says in refusal.finding.saw


def test_refuses_to_end_what_is_kept_for_ever(refused: Judge) -> None:
    for for_ever in (0, None):
        before = {**GROUP, "retention_in_days": for_ever}
        shorter = plan(PLATFORM, change(ADDRESS, before, GROUP, importing={"id": "a"}))
        (refusal,) = refused(shorter, stage=Stage.HALF)
        assert refusal.finding.saw == "its lines are kept for 400 days, not ever"


def test_refuses_a_new_group_of_less_than_a_year(refused: Judge) -> None:
    new = plan(PLATFORM, change(ADDRESS, None, {**GROUP, "retention_in_days": 90}))
    assert found(refused, new, stage=Stage.HALF) == {RULE}


@pytest.mark.parametrize("kind", ["INFREQUENT_ACCESS", "DELIVERY"])
def test_refuses_a_class_that_nothing_subscribes_to(refused: Judge, kind: str) -> None:
    new = change(ADDRESS, None, {**GROUP, "log_group_class": kind})
    (refusal,) = refused(plan(PLATFORM, new), stage=Stage.HALF)
    assert (refusal.rule, "no subscription" in refusal.finding.saw) == (RULE, True)


def test_lets_a_group_of_the_usual_class_be_made(refused: Judge) -> None:
    for values in (GROUP, {**GROUP, "log_group_class": "STANDARD"}):
        assert (
            found(refused, plan(PLATFORM, change(ADDRESS, None, values)), stage=Stage.HALF) == set()
        )


def test_refuses_a_retention_that_nobody_knows(refused: Judge) -> None:
    after = {**GROUP, "retention_in_days": None}
    unknown = change(ADDRESS, GROUP, after, unknown={"retention_in_days": True})
    assert found(refused, plan(PLATFORM, unknown), stage=Stage.HALF) == {RULE}


@pytest.mark.parametrize("days", [0, None, 400, 731, "3653"])
def test_lets_lines_be_kept_longer(refused: Judge, days: object) -> None:
    longer = change(ADDRESS, GROUP, {**GROUP, "retention_in_days": days, "tags": {"a": "b"}})
    assert found(refused, plan(PLATFORM, longer), stage=Stage.HALF) == set()


@pytest.mark.parametrize("after", [None, {"destination_arn": "other"}])
def test_refuses_to_touch_a_subscription(refused: Judge, after: Json | None) -> None:
    """The platform's stack holds none, so its owner changes it."""
    address = "aws_cloudwatch_log_subscription_filter.siem"
    gone = plan(PLATFORM, change(address, {"destination_arn": "siem"}, after))
    assert "leaves-the-existing-estate" in found(refused, gone, stage=Stage.HALF)
