"""`pay judge ENV SERVICE` on metrics as AWS has them, in the sandbox's AWS."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Side
from pay.model.judging.part import Verdict
from pay.model.stage.dwell import drain, is_bank_holiday
from pay.model.stage.parts import PartName
from rollout.cli import app
from rollout.cli import promote as promote_command
from rollout.measure.asked import ServiceToJudge
from rollout.measure.measure import judge as judge_asked
from rollout.moves.to_judge import services_to_judge
from rollout.moves.verdicts import read_verdicts
from rollout.terminal.refusal import Failed
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.browser import DESKTOP, PHONE, look
from tests.support.checkout import Checkout, fresh_checkout, read_journals
from tests.support.cpu_seconds import seconds_of_pay
from tests.support.faulty_aws import Counting, Faulty
from tests.support.metrics import (
    Feed,
    Run,
    Traffic,
    account_variables,
    dead_letters,
    make_alarms,
    make_queues,
    make_sides,
    runner,
    sides_of,
)
from tests.support.warm_sandboxes import empty_sandbox

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
DEAD_LETTERS, PROXY, FAULTY_PROXY = "webhooks", "egress", "webhooks-egress"
SERVICES = (HEALTHY, FAULTY, SLOW, REFUSED, MISSING, DEAD_LETTERS, PROXY, FAULTY_PROXY)
FAILED_TUNNELS = {PROXY: 0, FAULTY_PROXY: 3}
"""A minute, of 50 on Fargate."""


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
def server(checkout: Checkout, start: datetime) -> Iterator[Server]:
    """An account with some services, each with its own traffic."""
    with empty_sandbox(SandboxSettings(account_id=ACCOUNT)) as started:
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
            DEAD_LETTERS: Traffic(50),
            PROXY: Traffic(50),
            FAULTY_PROXY: Traffic(50),
        }
        lead, week = timedelta(hours=2), timedelta(days=7)
        for service, both in sides.items():
            feed = Feed.of(started, both)
            minutes = (HOURS + 2) * 60
            feed.weeks_before(start - lead, minutes + 60, 1000)
            feed.minutes(Side.EC2, start - lead, minutes, Traffic(950, errors=1))
            feed.minutes(Side.FARGATE, start - lead, minutes, fargate[service])
            for queue in make_queues(started.client, both[Side.EC2]):
                feed.queue(queue, start - week, 7 * 24 * 60 + HOURS * 60, received=20, deleted=20)
                if service == DEAD_LETTERS:
                    feed.waiting(dead_letters(queue), start + timedelta(hours=1), 120, messages=2)
            if service in FAILED_TUNNELS:
                feed.tunnels(both[Side.EC2], start - week, 7 * 24 * 60 + HOURS * 60, 900, failed=1)
                failed = FAILED_TUNNELS[service]
                feed.tunnels(both[Side.FARGATE], start, HOURS * 60, 50, failed)
            feed.send()
        yield started


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


@pytest.fixture
def asked(checkout: Checkout, start: datetime) -> ServiceToJudge:
    """The healthy service, three hours after its move."""
    (asked,) = services_to_judge(
        checkout.standings(judged_at(start)), ENVIRONMENT, HEALTHY, judged_at(start)
    )
    return asked


def judged_at(start: datetime) -> datetime:
    return start + timedelta(hours=HOURS, minutes=5)


def parts(result: Result) -> dict[str, dict[str, Any]]:
    judgement = json.loads(result.stdout)
    return {part["name"]: part for part in judgement["parts"]}


def test_a_service_whose_sides_do_alike_passes(judge: Judge) -> None:
    result = judge(HEALTHY)
    assert result.exit_code == 0, result.stdout
    assert f"PASS for {HEALTHY} at canary." in result.stdout


@pytest.mark.parametrize(
    ("service", "part"),
    [
        (FAULTY, "errors"),
        (SLOW, "latency"),
        (REFUSED, "4xx"),
        (DEAD_LETTERS, "queues"),
        (FAULTY_PROXY, "tunnels"),
    ],
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


def test_a_proxy_passes_by_flows_resets_and_the_tunnels_of_its_log(judge: Judge) -> None:
    result = judge(PROXY, "--json")
    assert result.exit_code == 0, result.stdout
    told = parts(result)
    assert re.match(
        r"0 of [89],\d{3} on Fargate, 1\d\d of 1\d\d,\d{3} on EC2", told["tunnels"]["reason"]
    )
    assert told["errors"]["numbers"]["ec2_requests"] > 150_000
    assert not {"4xx", "latency", "queues"} & told.keys()


def test_a_consumer_of_queues_leaves_ready_without_evidence(
    run: Run, start: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = fresh_checkout(tmp_path / "environments")
    ready.put(ENVIRONMENT, HEALTHY, "ready", ago=timedelta(0), now=start - timedelta(hours=1))
    monkeypatch.setattr(promote_command, "now", lambda: judged_at(start))
    result = run(ready, "promote", ENVIRONMENT, HEALTHY)
    assert result.exit_code == 0, result.stderr
    entry = read_journals(ready.folder, now=judged_at(start))[ENVIRONMENT, HEALTHY][-1]
    assert entry.evidence is None
    assert entry.judged is not None
    assert "messages failed" in entry.judged.parts[PartName.QUEUES].reason


def test_dead_letters_at_ready_fail_although_no_weight_leads_to_fargate(
    run: Run, start: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides receive from `ready` on: their work is judged as at `half`."""
    ready = fresh_checkout(tmp_path / "environments")
    ready.put(ENVIRONMENT, DEAD_LETTERS, "ready", ago=timedelta(0), now=start - timedelta(hours=1))
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    result = run(ready, "judge", ENVIRONMENT, DEAD_LETTERS, "--at", at, "--json")
    queues = parts(result)["queues"]
    assert (result.exit_code, queues["verdict"]) == (1, "FAIL")
    assert "2 new dead letters, and none in the week before" in queues["reason"]
    before = ready.contents()
    monkeypatch.setattr(promote_command, "now", lambda: judged_at(start))
    refused = run(ready, "promote", ENVIRONMENT, DEAD_LETTERS, "--evidence", "it will be fine")
    assert refused.exit_code == 1
    assert "the judge says FAIL at ready: queues: " in refused.stderr
    assert ready.contents() == before


def test_where_fargate_answers_everything_ec2s_last_week_stands_in(
    run: Run, start: datetime, tmp_path: Path
) -> None:
    alone = fresh_checkout(tmp_path / "environments")
    since = start - timedelta(minutes=20)
    alone.put(ENVIRONMENT, HEALTHY, "cutover", ago=timedelta(0), now=since)
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    told = parts(run(alone, "judge", ENVIRONMENT, HEALTHY, "--at", at, "--json"))
    assert told["errors"]["verdict"] == "PASS"
    assert re.match(r"0 of 9,\d{3} requests failed", told["errors"]["reason"])
    assert "EC2 still got 57,000 requests" in told["idle"]["reason"]


MOST_SECONDS_OF_A_SERVICE, MOST_SECONDS_OF_AN_ENVIRONMENT = 2, 5
LARGEST = 15
"""Services in flight that an environment is judged with in its time."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_judgement_reads_metrics_in_two_calls(
    service: str, checkout: Checkout, start: datetime, server: Server
) -> None:
    client = Counting(server.client)
    at = judged_at(start)
    (asked,) = services_to_judge(checkout.standings(at), ENVIRONMENT, service, at)
    judge_asked(asked, client)
    assert client.calls["get_metric_data"] == 2
    assert sum(client.calls.values()) <= 20


def test_a_judgement_takes_little_time_of_its_own(
    server: Server, checkout: Checkout, start: datetime
) -> None:
    """Of the processor, without what AWS takes. Each service more takes the same time more."""

    def seconds(*service: str, most: float) -> float:
        at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
        words = ("judge", ENVIRONMENT, *service, "--json", "--at", at)
        shell = account_variables(checkout, server)
        return seconds_of_pay(*words, variables=shell, limit=most, ends=(0, 1, 3, 4))

    one = seconds(HEALTHY, most=MOST_SECONDS_OF_A_SERVICE)
    assert one < MOST_SECONDS_OF_A_SERVICE
    most = one + (MOST_SECONDS_OF_AN_ENVIRONMENT - one) * (len(SERVICES) - 1) / (LARGEST - 1)
    assert seconds(most=most) < most


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("throttled", "GetMetricData with Throttling: Rate exceeded. When it throttles, run it"),
        ("denied", "GetMetricData with AccessDenied"),
        ("partial", "PartialData"),
        ("endless", "the same page again"),
        ("clock", "this machine's clock is"),
    ],
)
def test_a_fault_of_aws_is_a_message_and_no_verdict(
    fault: str, said: str, asked: ServiceToJudge, server: Server
) -> None:
    with pytest.raises(Failed, match=said):
        judge_asked(asked, Faulty(server.client, fault))


def test_metrics_that_do_not_exist_never_pass(asked: ServiceToJudge, server: Server) -> None:
    judgement = judge_asked(asked, Faulty(server.client, "nothing"))
    assert judgement.verdict is Verdict.NOT_ENOUGH_DATA
    assert judgement.escalate
    assert judgement.parts[PartName.HOSTS].reason.startswith("the metrics lack minutes")


def test_pages_change_nothing(asked: ServiceToJudge, server: Server) -> None:
    whole, paged = (judge_asked(asked, Faulty(server.client, fault)) for fault in ("", "pages"))
    assert paged == whole


def test_a_recorded_verdict_keeps_its_numbers_for_the_board(
    run: Run, own: Checkout, start: datetime
) -> None:
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    result = run(own, "judge", ENVIRONMENT, HEALTHY, "--at", at, "--record")
    assert result.exit_code == 0, result.stdout
    (recorded,) = read_verdicts(own.standings(judged_at(start)))[ENVIRONMENT, HEALTHY]
    numbers = recorded.parts[PartName.ERRORS].numbers
    assert numbers["fargate_requests"] > 8000
    assert numbers["limit"] == 0.01


def test_a_recorded_fail_ends_with_0_where_a_pipeline_asks_for_it(
    run: Run, own: Checkout, start: datetime
) -> None:
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    keeping = ("--at", at, "--record", "--exit-zero")
    assert run(own, "judge", ENVIRONMENT, DEAD_LETTERS, *keeping).exit_code == 0
    (recorded,) = read_verdicts(own.standings(judged_at(start)))[ENVIRONMENT, DEAD_LETTERS]
    assert recorded.verdict is Verdict.FAIL


def test_without_credentials_nothing_is_judged(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    shell = {
        "PAY_ENVIRONMENTS": str(checkout.folder),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    result = CliRunner().invoke(app, ["judge", ENVIRONMENT, HEALTHY], env=shell)
    assert result.exit_code == 2
    assert "credentials" in result.stderr
    assert f"log the shell in to account {ACCOUNT}" in " ".join(result.stderr.split())


@pytest.mark.parametrize("options", [(), ("--exit-zero",)])
def test_a_side_that_is_missing_does_not_keep_others_from_their_verdict(
    options: tuple[str, ...], run: Run, own: Checkout, start: datetime
) -> None:
    own.put(ENVIRONMENT, "toolbox", "canary", now=start, ago=timedelta(hours=1))
    at = f"{judged_at(start):%Y-%m-%dT%H:%MZ}"
    result = run(own, "judge", ENVIRONMENT, "--at", at, *options)
    assert result.exit_code == 2
    assert "No verdict on toolbox: " in result.stdout
    assert f"PASS for {HEALTHY} at canary." in result.stdout


def test_a_time_before_the_stage_is_a_message(run: Run, checkout: Checkout) -> None:
    result = run(checkout, "judge", ENVIRONMENT, HEALTHY, "--at", "2026-01-01T00:00Z")
    assert result.exit_code == 2
    assert f"{HEALTHY} came to canary only at" in result.stderr


def test_everything_is_explained_in_the_terminal_and_on_the_page(
    judge: Judge, tmp_path: Path, tools: Mapping[str, str]
) -> None:
    page = tmp_path / "judged.html"
    result = judge("--explain", "--html", str(page), "--json")
    told = json.loads(result.stdout)
    text = unescape(page.read_text())
    sentences = [part["reason"] for each in told for part in each["parts"]]
    sentences += [why for each in told for part in each["parts"] for why in part["explanation"]]
    sentences += [need["what"] for each in told for need in each["needs"]]
    assert all(sentence in text for sentence in sentences)
    shown = judge(HEALTHY, "--explain").stdout
    assert "An e-value is the wealth of a bet" in shown
    assert "Would have seen errors of" in shown
    for width, dark in ((PHONE, True), (DESKTOP, False)):
        seen = look(page, tools, width=width, dark=dark)
        assert seen.violations == []
        assert (seen.overflows, seen.requests, seen.errors) == (False, [], [])


def test_a_promotion_needs_no_evidence_where_the_judge_says_pass(
    promote: Judge, own: Checkout, start: datetime
) -> None:
    result = promote(HEALTHY)
    assert result.exit_code == 0, result.stderr
    moves = read_journals(own.folder, now=judged_at(start))[ENVIRONMENT, HEALTHY]
    entry = moves[-1]
    assert entry.judged is not None
    assert (entry.judged.verdict, entry.evidence) == ("PASS", None)
    # The newest deployment begins the window: 179 minutes or 180, as the clock was.
    assert re.search(r"of 17[01],\d{3} on EC2", entry.judged.parts[PartName.ERRORS].reason)


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
