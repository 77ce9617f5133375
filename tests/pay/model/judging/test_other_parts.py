"""The parts that count no votes: share, tasks, alarms, and what they make together."""

from collections.abc import Mapping

import pytest

from pay.model import Side
from pay.model.judging.alarms import judge_alarms
from pay.model.judging.hosts import judge_hosts
from pay.model.judging.minutes import Minute
from pay.model.judging.part import Part, Verdict
from pay.model.judging.share import judge_idle, judge_share
from pay.model.judging.verdict import overall
from pay.model.stage.parts import PartName

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ENOUGH_DATA
NEEDED = {Side.EC2: 4, Side.FARGATE: 4}


@pytest.mark.parametrize(
    ("minute", "verdict", "said", "escalate"),
    [
        (Minute(950, 0, 50, 0), PASS, "5.0%", False),
        (Minute(1000, 0, 0, 0), UNKNOWN, "clients do not arrive", True),
        (Minute(995, 0, 5, 0), UNKNOWN, "clients do not arrive", False),
        (Minute(600, 0, 400, 0), UNKNOWN, "failover?", False),
        (Minute(10, 0, 1, 0), PASS, "9.1%", False),
        (Minute(0, 0, 0, 0), UNKNOWN, "no side got a request", True),
    ],
)
def test_the_share_of_an_hour(minute: Minute, verdict: Verdict, said: str, escalate: bool) -> None:
    part = judge_share([minute] * 60, 0.05)
    assert (part.verdict, part.escalate) == (verdict, escalate)
    assert said in part.reason


@pytest.mark.parametrize(("count", "escalate"), [(0, False), (29, False), (30, True)])
@pytest.mark.parametrize("ec2", [0, 1000])
def test_clients_of_a_young_stage_may_still_arrive(count: int, escalate: bool, ec2: int) -> None:
    part = judge_share([Minute(ec2, 0, 0, 0)] * count, 0.05)
    assert (part.verdict, part.escalate) == (UNKNOWN, escalate)
    assert f"{count} minutes" in part.reason


def test_a_young_stage_has_not_seen_an_hour_of_idleness() -> None:
    part = judge_idle([Minute(0, 0, 9, 0)] * 59)
    assert (part.verdict, part.escalate, part.wait_minutes) == (UNKNOWN, False, 1)
    assert judge_idle([Minute(0, 0, 9, 0)] * 60).verdict is PASS


def test_ec2_is_idle_when_the_last_hour_had_no_request() -> None:
    assert judge_idle([Minute(1, 0, 9, 0)] + [Minute(0, 0, 9, 0)] * 60).verdict is PASS
    assert judge_idle([Minute(1, 0, 9, 0)] + [Minute(0, 0, 9, 0)] * 59).verdict is UNKNOWN


@pytest.mark.parametrize(("silent", "wait"), [(0, None), (29, None), (30, 30), (59, 1)])
def test_ec2_that_has_fallen_silent_is_idle_soon(silent: int, wait: float | None) -> None:
    part = judge_idle([Minute(1, 0, 9, 0)] * 90 + [Minute(0, 0, 9, 0)] * silent)
    assert (part.needs, part.wait_minutes) == ("an hour without a request to EC2", wait)


@pytest.mark.parametrize(
    ("ec2", "fargate", "verdict", "escalate"),
    [
        ([4] * 15, [4] * 15, PASS, False),
        ([4] * 15, [4] * 10 + [3] * 5, FAIL, False),
        ([4] * 15, [4] * 11 + [3] * 4, PASS, False),
        ([4] * 10 + [3] * 5, [4] * 15, UNKNOWN, True),
        ([3] * 15, [3] * 15, UNKNOWN, True),
        ([4] * 15, [4] * 12 + [None] * 3, UNKNOWN, False),
        ([4] * 15, [None] * 15, UNKNOWN, True),
    ],
)
def test_healthy_tasks_are_the_heartbeat(
    ec2: list[float | None], fargate: list[float | None], verdict: Verdict, escalate: bool
) -> None:
    part = judge_hosts({Side.EC2: ec2, Side.FARGATE: fargate}, NEEDED)
    assert (part.verdict, part.escalate) == (verdict, escalate)


@pytest.mark.parametrize(
    ("ec2", "fargate", "verdict"),
    [
        (False, False, PASS),
        (True, False, PASS),
        (False, True, FAIL),
        (True, True, UNKNOWN),
    ],
)
def test_an_alarm_of_fargate_alone_fails(ec2: bool, fargate: bool, verdict: Verdict) -> None:
    assert judge_alarms({"errors": {Side.EC2: ec2, Side.FARGATE: fargate}}).verdict is verdict


@pytest.mark.parametrize(
    ("ec2_warns", "verdict"), [([], UNKNOWN), (["healthy-hosts"], FAIL), (["errors"], UNKNOWN)]
)
def test_an_alarm_of_another_kind_on_ec2_is_no_reason_to_go_back(
    ec2_warns: list[str], verdict: Verdict
) -> None:
    """A platform that fails rings differently on each side, and a rollback leads to one of them."""
    ringing = {
        "errors": {Side.EC2: False, Side.FARGATE: True},
        "healthy-hosts": {Side.EC2: True, Side.FARGATE: False},
    }
    part = judge_alarms(ringing, ec2_warns=ec2_warns)
    assert part.verdict is verdict
    said = "both sides are in ALARM: errors on Fargate, healthy-hosts on EC2"
    assert (said in part.reason) is (verdict is UNKNOWN)
    assert part.escalate is (verdict is UNKNOWN)
    alike = judge_alarms({"errors": dict.fromkeys(Side, True)})
    assert (alike.verdict, alike.escalate) == (UNKNOWN, False)


def test_alarms_that_do_not_exist_are_no_good_sign() -> None:
    assert judge_alarms({}).verdict is UNKNOWN
    ringing = {"healthy-hosts": {Side.EC2: False, Side.FARGATE: True}}
    assert judge_alarms(ringing, ["healthy-hosts"]).verdict is UNKNOWN
    errors = {"errors": {Side.EC2: False, Side.FARGATE: True}}
    assert judge_alarms({**ringing, **errors}, ["healthy-hosts"]).verdict is FAIL
    part = judge_alarms({"errors": {Side.EC2: False, Side.FARGATE: None}})
    assert (part.verdict, part.escalate) == (UNKNOWN, True)
    assert "errors on fargate" in part.reason


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [((PASS, PASS), PASS), ((PASS, UNKNOWN), UNKNOWN), ((UNKNOWN, FAIL), FAIL), ((), UNKNOWN)],
)
def test_one_part_that_fails_fails_all(verdicts: tuple[Verdict, ...], verdict: Verdict) -> None:
    names: list[PartName] = list(PartName)
    parts: Mapping[PartName, Part] = {
        name: Part(verdict=each, reason="r") for name, each in zip(names, verdicts, strict=False)
    }
    assert overall(parts) is verdict
