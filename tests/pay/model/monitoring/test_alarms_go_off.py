"""The alarms that no side has go off at the metrics that they are for, and end."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Severity, Side, Stage
from pay.model.expected_traffic import expected_requests
from pay.model.metrics import Share, Sum
from pay.model.monitoring.log_alarms import log_alarms, log_metrics
from pay.model.monitoring.outage import of_cluster, platform_outage
from pay.model.monitoring.queues import queue_alarms
from pay.model.monitoring.series import side_of
from pay.model.side import ServiceSide
from sandbox.aws.logs.patterns import parse as parse_pattern
from tests.support.alarm_states import state_after
from tests.support.services import at_stage


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


def test_an_outage_of_the_platform_is_half_of_the_tasks_that_always_run(
    environment: Environment,
) -> None:
    outage = platform_outage(environment)
    always = sum(deployment.tasks.min for deployment in environment.services.values())
    assert outage.severity is Severity.CRITICAL
    assert state_after(outage, {"ec2_tasks": always, "fargate_tasks": 0}) == "OK"
    assert state_after(outage, {"ec2_tasks": always // 2, "fargate_tasks": always // 2}) == "OK"
    assert state_after(outage, {"ec2_tasks": always // 4, "fargate_tasks": always // 5}) == "ALARM"
    assert state_after(outage, {"fargate_tasks": always // 4}) == "ALARM"


def test_silence_is_no_outage(environment: Environment) -> None:
    """While it is in ALARM, nobody hears of a service."""
    assert state_after(platform_outage(environment), {}) == "OK"


def test_an_outage_is_counted_on_the_cluster_of_each_side(environment: Environment) -> None:
    metric = platform_outage(environment).metric
    assert isinstance(metric, Sum)
    clusters = {side_of(each): of_cluster(environment)(each) for each in metric.metrics}
    assert clusters == {side: {"ClusterName": f"production-2-{side}"} for side in Side}


def test_no_move_changes_the_alarm_that_others_wait_for(environment: Environment) -> None:
    at = (at_stage(environment, "connector", stage) for stage in Stage)
    assert {platform_outage(each) for each in at} == {platform_outage(environment)}


@pytest.mark.parametrize(
    ("answers", "failures", "expected"),
    [(1000, 40, "OK"), (1000, 60, "ALARM"), (5, 5, "OK"), (1000, 0, "OK")],
)
def test_a_proxy_s_failures_are_counted_when_there_are_enough(
    environment: Environment, answers: int, failures: int, expected: str
) -> None:
    moving = at_stage(environment, "egress", Stage.CANARY)
    both = log_alarms(CATALOGUE["egress"], moving)
    assert [alarm.name for alarm in both] == ["failed-tunnels", "fargate-failed-tunnels"]
    for alarm, prefix in zip(both, ("", "fargate_"), strict=True):
        values = {f"{prefix}tunnels": answers, f"{prefix}failed_tunnels": failures}
        assert state_after(alarm, values) == expected


def test_both_alarms_on_tunnels_can_go_off_at_the_smallest_share(
    environments: Mapping[str, Environment],
) -> None:
    """Of both sides of both proxies, at every stage in every environment; no move changes one."""
    never, made = [], set()
    for environment in environments.values():
        for service in filter(lambda name: CATALOGUE[name].is_proxy, environment.services):
            for stage in environment.ladder.stages:
                moved = at_stage(environment, service, stage)
                own = [
                    ServiceSide(CATALOGUE[service], moved, each) for each in Side if stage.has(each)
                ]
                for side, alarm in zip(own, log_alarms(CATALOGUE[service], moved), strict=True):
                    assert isinstance(alarm.metric, Share)
                    made.add((moved.name, service, alarm))
                    comes = expected_requests(side) * alarm.period_seconds / 60
                    if comes < alarm.metric.min_whole:
                        never.append((moved.name, service, stage, alarm.name, comes))
    assert never == []
    assert len(made) == 2 * len({each[:2] for each in made})


def test_a_side_that_does_not_exist_has_no_alarm_on_its_tunnels(environment: Environment) -> None:
    names = {
        stage: [each.name for each in log_alarms(CATALOGUE["egress"], moved)]
        for stage in (Stage.LEGACY, Stage.RETIRED)
        for moved in [at_stage(environment, "egress", stage)]
    }
    assert names == {Stage.LEGACY: ["failed-tunnels"], Stage.RETIRED: ["fargate-failed-tunnels"]}


def test_one_dead_letter_is_told_of_each_queue_that_a_service_receives_from(
    environment: Environment,
) -> None:
    [(alarm, queue)] = queue_alarms(CATALOGUE["ledger"], environment).items()
    assert (alarm.name, alarm.severity) == ("dead-letters-payment-event", Severity.WARNING)
    assert queue == "production-2-payment-event-dead-letter"
    assert state_after(alarm, {"waiting": 0}) == "OK"
    assert state_after(alarm, {"waiting": 1}) == "ALARM"
    assert state_after(alarm, {}) == "OK"
    of_connector = queue_alarms(CATALOGUE["connector"], environment).values()
    assert "production-2-payment-event-dead-letter" not in of_connector  # it only sends there
    assert queue_alarms(CATALOGUE["publicauth"], environment) == {}


def test_a_queue_of_any_name_has_an_alarm(environment: Environment) -> None:
    use = CATALOGUE["ledger"].queues[0].model_copy(update={"name": "Events_v2.fifo"})
    ledger = CATALOGUE["ledger"].model_copy(update={"queues": (use,)})
    [(alarm, queue)] = queue_alarms(ledger, environment).items()
    assert alarm.name == "dead-letters-events-v2-fifo"
    assert queue == "production-2-Events_v2-dead-letter.fifo"


TUNNEL = "1739285977.555 6074 172.18.4.240 TCP_TUNNEL/200 7095 CONNECT host:443 - HIER_DIRECT/ip -"


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (TUNNEL, {"tunnels"}),
        (TUNNEL.replace("TUNNEL/200", "TUNNEL/503"), {"tunnels", "failed_tunnels"}),
        (TUNNEL.replace("TUNNEL/200", "DENIED/403"), {"tunnels", "denied_tunnels"}),
        ("2025/02/11 14:39:37| Starting Squid Cache", set()),
    ],
)
def test_counts_the_lines_of_squid_s_own_format(
    environment: Environment, line: str, counted: set[str]
) -> None:
    filters = log_metrics(CATALOGUE["egress"], environment)
    found = {each.metric.id for each in filters if parse_pattern(each.pattern).match(line)}
    assert found == counted | {f"fargate_{each}" for each in counted}


def test_each_side_of_a_proxy_is_counted_in_its_own_log_group(environment: Environment) -> None:
    groups = {
        each.metric.name: each.log_group for each in log_metrics(CATALOGUE["egress"], environment)
    }
    assert groups["production-2-egress-failed-tunnels"] == "production-2_squid_egress"
    assert (
        groups["production-2-egress-fargate-failed-tunnels"] == "production-2-fargate_squid_egress"
    )
    assert len(groups) == 6


def test_a_service_behind_an_application_load_balancer_needs_no_count_of_its_lines(
    environment: Environment,
) -> None:
    assert log_metrics(CATALOGUE["connector"], environment) == ()
    assert log_alarms(CATALOGUE["connector"], environment) == ()
