"""`pay judge ENV SERVICE` on metrics as AWS has them, in the sandbox's AWS."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import Result

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Side
from pay.model.judging.verdict import PartName
from pay.model.stage.dwell import drain, is_bank_holiday
from rollout.cli import promote as promote_command
from rollout.moves.journal import read_all
from sandbox.server.process import Server, launch
from sandbox.settings import Settings
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.metrics import Feed, Run, Traffic, make_alarms, make_sides, runner, sides_of

pytestmark = pytest.mark.slow

ENVIRONMENT = "test-12"
ACCOUNT = "333333333333"
HOURS = 3

HEALTHY, FAULTY, SLOW, REFUSED, MISSING = (
    "connector",
    "ledger",
    "adminusers",
    "publicauth",
    "products",
)
SERVICES = (HEALTHY, FAULTY, SLOW, REFUSED, MISSING)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = fresh_checkout(tmp_path_factory.mktemp("measured") / "environments")
    for service in SERVICES:
        made.put(ENVIRONMENT, service, "canary", ago=timedelta(0))
    return made


@pytest.fixture(scope="module")
def start() -> datetime:
    """The first minute that is judged: metrics begin after the sides were deployed."""
    slowest = max(drain(CATALOGUE[service].timing) for service in SERVICES)
    begins = (datetime.now(UTC) + slowest).replace(second=0, microsecond=0)
    while any(is_bank_holiday((begins + timedelta(hours=h)).date()) for h in (0, HOURS)):
        begins += timedelta(days=1)
    return begins


@pytest.fixture(scope="module")
def server(
    checkout: Checkout, start: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """An account with five services, each with its own traffic."""
    log = tmp_path_factory.mktemp("sandbox") / "server.log"
    started = launch(Settings(account_id=ACCOUNT), log=log, tied=True)
    target = load_environments(checkout.folder)[ENVIRONMENT]
    sides = {service: sides_of(target, service, CATALOGUE) for service in SERVICES}
    make_sides(started.client, [side for both in sides.values() for side in both.values()])
    for both in sides.values():
        for side in both.values():
            make_alarms(started, side)
    fargate = {
        HEALTHY: Traffic(50),
        FAULTY: Traffic(50, errors=3),
        SLOW: Traffic(50, seconds=0.2),
        REFUSED: Traffic(50, client_errors=40),
        MISSING: Traffic(0),
    }
    lead = timedelta(hours=2)
    for service, both in sides.items():
        feed = Feed.of(started, both)
        minutes = (HOURS + 2) * 60
        feed.weeks_before(start - lead, minutes + 60, 1000)
        feed.minutes(Side.EC2, start - lead, minutes, Traffic(950, errors=1))
        feed.minutes(Side.FARGATE, start - lead, minutes, fargate[service])
        feed.send()
    yield started
    started.stop()


Judge = Callable[..., Result]


@pytest.fixture(scope="module")
def run(server: Server) -> Run:
    return runner(server)


@pytest.fixture
def judge(run: Run, checkout: Checkout, start: datetime) -> Judge:
    """Runs `pay judge test-12` when the traffic has run for three hours."""
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    return lambda *arguments: run(checkout, "judge", ENVIRONMENT, *arguments, "--at", at)


@pytest.fixture
def own(checkout: Checkout, tmp_path: Path) -> Checkout:
    """A copy that a promotion may change."""
    return Checkout(copytree(checkout.folder, tmp_path / "environments"))


@pytest.fixture
def promote(run: Run, own: Checkout, start: datetime, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs `pay promote test-12` at the same time."""
    monkeypatch.setattr(promote_command, "now", lambda: judged_at(start))
    neighbours = ("--allow-adjacent", "their metrics are their own here")
    return lambda *arguments: run(own, "promote", ENVIRONMENT, *arguments, *neighbours)


def judged_at(start: datetime) -> datetime:
    return start + timedelta(hours=HOURS, minutes=5)


def parts(result: Result) -> dict[str, dict[str, Any]]:
    (judgement,) = json.loads(result.stdout)
    return {part["name"]: part for part in judgement["parts"]}


def test_a_service_whose_sides_do_alike_passes(judge: Judge) -> None:
    result = judge(HEALTHY)
    assert result.exit_code == 0, result.stdout
    assert f"PASS for {HEALTHY} at canary." in result.stdout


@pytest.mark.parametrize(
    ("service", "part"), [(FAULTY, "errors"), (SLOW, "latency"), (REFUSED, "4xx")]
)
def test_a_fault_of_fargate_fails_in_its_part(judge: Judge, service: str, part: str) -> None:
    result = judge(service, "--json")
    assert result.exit_code == 1
    verdicts = {name: each["verdict"] for name, each in parts(result).items()}
    assert verdicts[part] == "FAIL"
    assert [name for name, verdict in verdicts.items() if verdict == "FAIL"] == [part]


def test_clients_that_do_not_arrive_are_for_a_person_to_decide(judge: Judge) -> None:
    result = judge(MISSING, "--json")
    assert result.exit_code == 4
    assert "clients do not arrive" in parts(result)["share"]["reason"]


def test_a_promotion_needs_no_evidence_where_the_judge_says_pass(
    promote: Judge, own: Checkout, start: datetime
) -> None:
    result = promote(HEALTHY)
    assert result.exit_code == 0, result.stderr
    moves = read_all(own.folder, now=judged_at(start))[ENVIRONMENT, HEALTHY]
    entry = moves[-1]
    assert entry.judged is not None
    assert (entry.judged.verdict, entry.evidence) == ("PASS", None)
    assert "of 170,050 on EC2" in entry.judged.parts[PartName.ERRORS].reason


def test_no_evidence_leads_past_a_fail(promote: Judge, own: Checkout) -> None:
    before = own.contents()
    result = promote(FAULTY, "--evidence", "it will be fine", "--approver", "service-owner")
    assert result.exit_code == 1
    assert "the judge says FAIL at canary: errors: Fargate fails more often" in result.stderr
    assert f"pay rollback {ENVIRONMENT} {FAULTY}" in result.stderr
    assert own.contents() == before


def test_without_a_verdict_a_person_says_what_was_measured(promote: Judge) -> None:
    assert "clients do not arrive" in promote(MISSING).stderr
    result = promote(MISSING, "--evidence", "nobody uses it at night")
    assert result.exit_code == 0
    assert "NOT ENOUGH DATA" in result.stdout
