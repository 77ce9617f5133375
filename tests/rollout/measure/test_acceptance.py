"""What the judge must say of a day: `pay judge` and `pay promote` on metrics in the sandbox's AWS.

Each scene has a service and a day of its own. The sandbox's clock is set to it, so metrics are as
old as they would be.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Environment, Severity, Side, Stage, names
from pay.model.alarms import alarms
from pay.model.stage.dwell import drain
from rollout.cli import promote as promote_command
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.metrics import Feed, Run, Traffic, make_alarms, make_sides, runner, sides_of
from tests.support.scenes import LEAD, UNREPORTED, Scene, between, healthy, send
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

ENVIRONMENT = "test-12"
ACCOUNT = "333333333333"

DEPLOYED = datetime(2025, 5, 1, tzinfo=UTC)
# No two days are a week apart: one would be what is usual on the other.
TUESDAY = datetime(2025, 6, 10, 8, tzinfo=UTC)
WEDNESDAY = datetime(2025, 6, 18, 8, tzinfo=UTC)
BANK_HOLIDAY = datetime(2025, 5, 26, 8, tzinfo=UTC)
LAG = timedelta(minutes=5)
"""The judge leaves out so much of the present."""

EVER = 10_000
HALF_AWAY_AT = 90
STOPS_AT = 120
PAUSE_AT = 120
FAULT_AT = 12 * 60

SCENES = {
    "fargate fails": Scene(
        "products", "quarter", 0.25, TUESDAY, happens=lambda _, m: m.failing(fargate=0.05)
    ),
    "ec2 fails": Scene(
        "products", "quarter", 0.25, WEDNESDAY, happens=lambda _, m: m.failing(ec2=0.05)
    ),
    "both fail for minutes": Scene(
        "products-ui", "half", 0.5, TUESDAY,
        happens=between(60, 65, lambda m: m.failing(ec2=0.2, fargate=0.2)),
    ),
    "both fail for good": Scene(
        "products-ui", "half", 0.5, WEDNESDAY,
        happens=between(60, EVER, lambda m: m.failing(ec2=0.7, fargate=0.7)),
    ),
    "a client fails on fargate": Scene(
        "publicauth", "quarter", 0.25, TUESDAY,
        happens=between(60, 65, lambda m: m.failing(fargate=0.1)),
    ),
    "fargate refuses": Scene(
        "publicauth", "canary", 0.05, WEDNESDAY,
        happens=lambda _, m: m._replace(fargate=Traffic(m.fargate.requests, client_errors=30)),
    ),
    "fargate is slow": Scene(
        "publicapi", "canary", 0.05, TUESDAY, total=60,
        happens=lambda _, m: m._replace(fargate=Traffic(m.fargate.requests, seconds=0.2)),
    ),
    "half of the clients vanish": Scene(
        "publicapi", "quarter", 0.25, WEDNESDAY,
        happens=between(HALF_AWAY_AT, EVER, lambda m: m.with_clients(0.5)),
    ),
    "half of the clients have a holiday": Scene(
        "publicapi", "quarter", 0.25, BANK_HOLIDAY,
        happens=between(HALF_AWAY_AT, EVER, lambda m: m.with_clients(0.5)),
    ),
    "clients stay on ec2": Scene(
        "selfservice", "canary", 0.05, TUESDAY,
        happens=lambda _, m: m._replace(fargate=Traffic(0)),
    ),
    "metrics stop": Scene(
        "selfservice", "half", 0.5, WEDNESDAY, happens=between(STOPS_AT, EVER, lambda _: UNREPORTED)
    ),
    "traffic stops": Scene(
        "toolbox", "half", 0.5, TUESDAY,
        happens=between(STOPS_AT, EVER, lambda m: m.with_clients(0)),
    ),
    "few requests": Scene("toolbox", "half", 0.5, WEDNESDAY, total=12, minutes=10 * 60),
    "fargate was slow": Scene(
        "cardid", "half", 0.5, TUESDAY, minutes=300,
        happens=between(0, 30, lambda m: m._replace(fargate=Traffic(300, seconds=0.2))),
    ),
    "clients pause": Scene(
        "cardid", "half", 0.5, WEDNESDAY,
        happens=between(PAUSE_AT, PAUSE_AT + 10, lambda m: m.with_clients(0.5)),
    ),
    "a fault after good hours": Scene(
        "notifications", "quarter", 0.25, TUESDAY, minutes=14 * 60,
        happens=between(FAULT_AT, EVER, lambda m: m.failing(fargate=0.03)),
    ),
}  # fmt: skip

LADDER = {"canary": 0.05, "quarter": 0.25, "half": 0.5, "most": 0.75}
STAGE_MINUTES = 180
SEEDS = range(20)
HEALTHY = ("products", "products-ui", "publicauth", "publicapi", "selfservice", "toolbox", "cardid")
# A walk takes half a day, and its weeks before have no scene.
HEALTHY_DAYS = tuple(datetime(2025, 10, day, 6, tzinfo=UTC) for day in (7, 15, 23))

Judge = Callable[..., tuple[int, dict[str, Any]]]
"""Judges a scene after some minutes: the exit code, and the judgement."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = fresh_checkout(tmp_path_factory.mktemp("target") / "environments")
    return load_environments(made.folder)[ENVIRONMENT]


@pytest.fixture(scope="module")
def server(target: Environment) -> Iterator[Server]:
    """An account with both sides of every service, and the metrics of every scene."""
    with empty_sandbox(SandboxSettings(account_id=ACCOUNT)) as started:
        set_clock(started, DEPLOYED)
        services = sorted({*HEALTHY, *(scene.service for scene in SCENES.values())})
        sides = {service: sides_of(target, service, CATALOGUE) for service in services}
        make_sides(started.client, [side for both in sides.values() for side in both.values()])
        for side in chain(*(both.values() for both in sides.values())):
            make_alarms(started, side)
        feeds = {service: Feed.of(started, both) for service, both in sides.items()}
        for scene in SCENES.values():
            scene.send(feeds[scene.service])
        for seed in SEEDS:
            service, begins = healthy_walk(seed)
            shares = [(0.0, 120), *((share, STAGE_MINUTES) for share in LADDER.values())]
            send(feeds[service], begins - LEAD, healthy(random.Random(seed), 600, shares), 600)
        yield started


def healthy_walk(seed: int) -> tuple[str, datetime]:
    return HEALTHY[seed % len(HEALTHY)], HEALTHY_DAYS[seed // len(HEALTHY)]


def set_clock(server: Server, at: datetime) -> None:
    server.administer("clock", method="POST", body={"now": at.timestamp()})


@pytest.fixture(scope="module")
def run(server: Server) -> Run:
    return runner(server)


@pytest.fixture
def own(tmp_path: Path) -> Checkout:
    return fresh_checkout(tmp_path / "environments")


@pytest.fixture
def judge(server: Server, run: Run, own: Checkout) -> Judge:
    def judge(what: str, minutes: int) -> tuple[int, dict[str, Any]]:
        scene = SCENES[what]
        at = scene.start + timedelta(minutes=minutes) + LAG
        if own.stage(ENVIRONMENT, scene.service) != scene.stage:
            enter(own, scene.service, scene.stage, scene.start)
        set_clock(server, at)
        moment = f"{at:%Y-%m-%dT%H:%MZ}"
        result = run(own, "judge", ENVIRONMENT, scene.service, "--at", moment, "--json")
        if result.exit_code == 2:
            return 2, {}
        judgement = json.loads(result.stdout)
        return result.exit_code, judgement

    return judge


def enter(checkout: Checkout, service: str, stage: str, start: datetime) -> None:
    """Put a service at a stage whose window begins at `start`."""
    came = start - drain(CATALOGUE[service].timing)
    checkout.put(ENVIRONMENT, service, stage, ago=timedelta(0), now=came)


@pytest.fixture
def promote(
    server: Server, run: Run, own: Checkout, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, datetime], Result]:
    def promote(service: str, at: datetime, *arguments: str) -> Result:
        set_clock(server, at)
        monkeypatch.setattr(promote_command, "now", lambda: at)
        return run(own, "promote", ENVIRONMENT, service, *arguments)

    return promote


def verdicts(judgement: dict[str, Any]) -> dict[str, str]:
    return {part["name"]: part["verdict"] for part in judgement["parts"]}


def part(judgement: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in judgement["parts"] if each["name"] == name)


Promote = Callable[..., Result]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_healthy_walk_needs_no_evidence(seed: int, promote: Promote, own: Checkout) -> None:
    service, begins = healthy_walk(seed)
    enter(own, service, "canary", begins)
    for number, _ in enumerate(LADDER, start=1):
        result = promote(service, begins + timedelta(minutes=number * STAGE_MINUTES))
        assert result.exit_code == 0, result.stderr
    moves = own.moves(ENVIRONMENT, service)[1:]
    assert [move.after for move in moves] == ["quarter", "half", "most", "cutover"]
    assert {(move.judged.verdict if move.judged else None, move.evidence) for move in moves} == {
        ("PASS", None)
    }


def test_a_fault_of_fargate_fails_and_goes_back(
    judge: Judge, promote: Promote, run: Run, own: Checkout
) -> None:
    code, judgement = judge("fargate fails", 120)
    assert (code, part(judgement, "errors")["verdict"]) == (1, "FAIL")
    scene = SCENES["fargate fails"]
    before = own.contents()
    result = promote(
        scene.service,
        scene.start + timedelta(minutes=125),
        "--evidence", "it will be fine", "--approver", "service-owner",
    )  # fmt: skip
    assert result.exit_code == 1
    assert f"pay rollback {ENVIRONMENT} {scene.service}" in result.stderr
    assert own.contents() == before
    back = run(own, "rollback", ENVIRONMENT, scene.service, "--because", "the judge says FAIL")
    assert back.exit_code == 0
    assert own.stage(ENVIRONMENT, scene.service) is Stage.READY
    assert own.moves(ENVIRONMENT, scene.service)[-1].judged is None


def test_a_fault_of_ec2_does_not_stop_fargate(judge: Judge) -> None:
    code, judgement = judge("ec2 fails", 120)
    assert (code, judgement["verdict"]) == (0, "PASS")


def test_a_shock_on_both_sides_passes(judge: Judge) -> None:
    code, judgement = judge("both fail for minutes", 150)
    assert (code, judgement["verdict"]) == (0, "PASS")


def test_a_fault_of_both_sides_is_for_a_person_and_no_rollback(
    judge: Judge, server: Server, target: Environment
) -> None:
    sides = sides_of(target, SCENES["both fail for good"].service, CATALOGUE)
    critical = [
        names.alarm(ENVIRONMENT, side.service.name, side.side, alarm.name)
        for side in sides.values()
        for alarm in alarms(side)
        if alarm.name == "errors" and alarm.severity is Severity.CRITICAL
    ]
    set_states(server, critical, "ALARM")
    code, judgement = judge("both fail for good", 120)
    set_states(server, critical, "OK")
    assert len(critical) == len(Side)
    assert code in (3, 4)
    assert "FAIL" not in verdicts(judgement).values()
    assert "both sides are in ALARM" in part(judgement, "alarms")["reason"]


def set_states(server: Server, alarms: list[str], state: str) -> None:
    for name in alarms:
        server.client("cloudwatch").set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="a test"
        )


def test_a_client_that_fails_on_fargate_for_minutes_is_unexplained_but_no_fail(
    judge: Judge,
) -> None:
    code, judgement = judge("a client fails on fargate", 150)
    assert code == 4
    assert "FAIL" not in verdicts(judgement).values()
    assert "unexplained burst" in part(judgement, "errors")["reason"]


def test_refusals_of_fargate_alone_fail_by_4xx(judge: Judge) -> None:
    code, judgement = judge("fargate refuses", 120)
    assert code == 1
    assert [name for name, verdict in verdicts(judgement).items() if verdict == "FAIL"] == ["4xx"]


def test_a_slow_fargate_fails_by_the_median_where_requests_are_few(judge: Judge) -> None:
    code, judgement = judge("fargate is slow", 150)
    assert code == 1
    assert part(judgement, "latency")["verdict"] == "FAIL"
    assert part(judgement, "latency")["reason"].startswith("p50 per 10 min")


def test_vanished_clients_fail_in_twenty_minutes(judge: Judge) -> None:
    assert judge("half of the clients vanish", HALF_AWAY_AT)[0] == 0
    code, judgement = judge("half of the clients vanish", HALF_AWAY_AT + 20)
    assert (code, part(judgement, "dip")["verdict"]) == (1, "FAIL")


def test_on_a_bank_holiday_nobody_knows_what_is_usual(judge: Judge) -> None:
    code, judgement = judge("half of the clients have a holiday", HALF_AWAY_AT + 20)
    assert code == 3
    assert part(judgement, "dip")["verdict"] == "NOT ENOUGH DATA"
    assert "bank holiday" in part(judgement, "dip")["reason"]


def closed(checkout: Checkout, what: str, begins: int, ends: int) -> None:
    """Declare that the service of a scene is closed between these minutes of its window."""
    scene = SCENES[what]
    start, end = (scene.start + timedelta(minutes=minute) for minute in (begins, ends))
    path = checkout.file(ENVIRONMENT)
    path.write_text(
        f"{path.read_text()}\n[[closures]]\nbegins = {start:%Y-%m-%dT%H:%M:%SZ}\n"
        f'ends = {end:%Y-%m-%dT%H:%M:%SZ}\nreason = "announced"\nservices = ["{scene.service}"]\n'
    )


def test_a_declared_closure_is_no_dip_and_no_pass(judge: Judge, own: Checkout) -> None:
    closed(own, "traffic stops", STOPS_AT, STOPS_AT + 60)
    code, judgement = judge("traffic stops", STOPS_AT + 30)
    assert (code, part(judgement, "dip")["verdict"]) == (3, "NOT ENOUGH DATA")
    for name in ("dip", "share"):
        assert part(judgement, name)["reason"] == "closed until Tue 10 Jun 12:00: announced"
        assert part(judgement, name)["wait_minutes"] == 90


def test_a_dip_outside_of_a_closure_fails(judge: Judge, own: Checkout) -> None:
    closed(own, "traffic stops", STOPS_AT, STOPS_AT + 20)
    code, judgement = judge("traffic stops", STOPS_AT + 50)
    assert (code, part(judgement, "dip")["verdict"]) == (1, "FAIL")


def test_a_closure_weeks_ago_is_not_usual(judge: Judge, own: Checkout) -> None:
    usual = part(judge("ec2 fails", 120)[1], "dip")["numbers"]["expected"]
    weeks = [7 * 24 * 60 * week for week in (1, 2, 3, 4)]
    for week in weeks:
        closed(own, "ec2 fails", 60 - week, 90 - week)
    fewer = part(judge("ec2 fails", 120)[1], "dip")["numbers"]["expected"]
    assert fewer == pytest.approx(usual * 90 / 120, rel=0.05)


def test_clients_that_stay_on_ec2_are_missed(judge: Judge) -> None:
    code, judgement = judge("clients stay on ec2", 120)
    assert code == 4
    assert "clients do not arrive" in part(judgement, "share")["reason"]


@pytest.mark.parametrize("after", [5, 30])
def test_metrics_that_stop_never_pass(judge: Judge, after: int) -> None:
    assert judge("metrics stop", STOPS_AT)[0] == 0
    assert judge("metrics stop", STOPS_AT + after)[0] in (3, 4)


def test_metrics_that_stopped_are_for_a_person(judge: Judge) -> None:
    assert judge("metrics stop", STOPS_AT + 30)[0] == 4


def test_requests_that_stop_while_tasks_are_reported_are_a_true_zero(judge: Judge) -> None:
    code, judgement = judge("traffic stops", STOPS_AT + 30)
    assert (code, part(judgement, "dip")["verdict"]) == (1, "FAIL")


@pytest.mark.parametrize(
    ("scene", "asked_at", "name", "needs"),
    [
        ("few requests", 120, "errors", "more Fargate requests without error"),
        ("fargate was slow", 90, "latency", "more blocks under"),
        ("clients pause", PAUSE_AT + 10, "dip", "more blocks that are not low"),
    ],
)
def test_an_estimate_of_the_wait_comes_true(
    scene: str, asked_at: int, name: str, needs: str, judge: Judge
) -> None:
    code, judgement = judge(scene, asked_at)
    assert code == 3
    asked = part(judgement, name)
    assert needs in asked["needs"]
    estimate = asked["wait_minutes"]
    verdicts_at = {
        factor: part(judge(scene, asked_at + round(estimate * factor))[1], name)["verdict"]
        for factor in (0.8, 1.2)
    }
    assert verdicts_at == {0.8: "NOT ENOUGH DATA", 1.2: "PASS"}


def test_a_fault_after_good_hours_fails_within_an_hour(judge: Judge) -> None:
    code, judgement = judge("a fault after good hours", FAULT_AT + 60)
    assert code == 1
    assert FAULT_AT < part(judgement, "errors")["fail_minute"] <= FAULT_AT + 60


@pytest.mark.parametrize("seed", range(3))
def test_a_throttled_account_gives_the_same_verdict_or_none(
    judge: Judge, server: Server, seed: int
) -> None:
    faults = {"throttle": 0.6, "only": "GetMetricData", "seed": seed}
    server.administer("faults", method="POST", body=faults)
    try:
        code, _ = judge("ec2 fails", 120)
    finally:
        server.administer("faults", method="POST", body={})
    assert code in (0, 2)


def test_an_account_that_refuses_every_read_gives_no_verdict(judge: Judge, server: Server) -> None:
    server.administer("faults", method="POST", body={"throttle": 1.0, "only": "GetMetricData"})
    try:
        assert judge("ec2 fails", 120)[0] == 2
    finally:
        server.administer("faults", method="POST", body={})


def test_looking_every_minute_finds_the_same_as_looking_once(judge: Judge) -> None:
    _, at_the_end = judge("fargate fails", 120)
    failed = part(at_the_end, "errors")["fail_minute"]
    looks = {minute: judge("fargate fails", minute) for minute in range(failed - 5, failed + 6)}
    for minute, (code, judgement) in looks.items():
        errors = part(judgement, "errors")
        assert (errors["verdict"] == "FAIL") is (minute >= failed), minute
        assert errors["fail_minute"] == (failed if minute >= failed else None)
        assert (code == 1) is (minute >= failed)
