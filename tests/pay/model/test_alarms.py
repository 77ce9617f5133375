"""When the alarms of a side call somebody, within what CloudWatch accepts."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, LoadBalancerType, Severity, Side, Stage
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import HEALTHY_HOSTS, REQUESTS, Metric
from pay.model.side import ServiceSide
from tests.support.problems import only, refusal
from tests.support.services import service, service_side

LONGEST_PLACEMENT_SECONDS = 120
ALWAYS, PEAK = 9, 15
"""connector's tasks in production-2."""


@pytest.fixture
def production(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


def with_(environment: Environment, name: str) -> Environment:
    """The environment with another service, which stands where connector does."""
    services = {**environment.services, name: environment.services["connector"]}
    return environment.model_copy(update={"services": services})


def alarm(side: ServiceSide, name: str) -> Alarm:
    [found] = [alarm for alarm in alarms(side) if alarm.name == name]
    return found


@pytest.mark.parametrize(
    ("launch_type", "stage", "needed"),
    [
        *[(Side.EC2, stage, PEAK) for stage in Stage if stage.has_ec2],
        *[(Side.FARGATE, stage, PEAK) for stage in Stage if stage.is_in_flight],
        (Side.FARGATE, Stage.DETACHED, ALWAYS),
        (Side.FARGATE, Stage.RETIRED, ALWAYS),
    ],
)
def test_fewer_healthy_hosts_than_the_side_must_hold_are_critical(
    production: Environment, launch_type: Side, stage: Stage, needed: int
) -> None:
    hosts = alarm(service_side(production, "connector", launch_type, stage), "healthy-hosts")
    assert (hosts.comparison, hosts.threshold) == ("LessThanThreshold", needed)
    assert hosts.description.startswith(f"Fewer than {needed} healthy tasks of connector on")
    assert hosts.severity is Severity.CRITICAL
    # No count at all means that there is no target.
    assert hosts.treat_missing_data == "breaching"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_task_that_is_replaced_calls_nobody(production: Environment, name: str) -> None:
    replaced = LONGEST_PLACEMENT_SECONDS + CATALOGUE[name].timing.start_seconds
    hosts = alarm(service_side(production, name, Side.EC2), "healthy-hosts")
    assert replaced < hosts.datapoints_to_alarm * hosts.period_seconds


def test_a_task_that_ends_again_and_again_calls_somebody(production: Environment) -> None:
    hosts = alarm(service_side(production, "connector", Side.EC2), "healthy-hosts")
    # Healthy minutes between do not start the count again.
    assert hosts.evaluation_periods == 2 * hosts.datapoints_to_alarm


def test_a_percentile_may_take_half_of_the_longest_request(production: Environment) -> None:
    latency = alarm(service_side(production, "connector", Side.EC2), "latency")
    assert latency.threshold == CATALOGUE["connector"].timing.longest_request_seconds / 2
    assert latency.severity is Severity.WARNING
    assert latency.description == (
        "10 % of the requests to connector on ec2 take longer than 27.5 seconds in 2 of 3 periods "
        "of 10 minutes."
    )


@pytest.mark.parametrize(
    ("requests_a_minute", "percentile", "seconds", "waits"),
    [
        (100_000, "p99", 60, True),
        (1_200, "p99", 300, True),
        (60, "p95", 300, True),
        (20, "p90", 600, True),
        (6, "p50", 300, True),
        (0.6, "p50", 3600, True),
        (0.01, "p50", 3600, False),
    ],
)
def test_fewer_requests_show_a_lower_percentile_over_a_longer_period(
    production: Environment, requests_a_minute: float, percentile: str, seconds: int, waits: bool
) -> None:
    rate = requests_a_minute / 0.25
    orders = service("orders", requests_a_minute=rate)
    side = service_side(production, "connector", Side.EC2)
    latency = alarm(
        replace(side, service=orders, environment=with_(production, "orders")), "latency"
    )
    assert isinstance(latency.metric, Metric)
    assert (latency.metric.statistic, latency.period_seconds) == (percentile, seconds)
    assert latency.waits_for_samples is waits


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize(("name", "failures"), [("connector", "errors"), ("egress", "resets")])
def test_what_fails_on_ec2_warns_once_no_weight_leads_there(
    production: Environment, stage: Stage, name: str, failures: str
) -> None:
    idle = stage in (Stage.CUTOVER, Stage.SOAK, Stage.DETACHED)
    expected = {Side.EC2: Severity.WARNING if idle else Severity.CRITICAL}
    expected[Side.FARGATE] = Severity.CRITICAL
    for side in filter(stage.has, Side):
        own = service_side(production, name, side, stage)
        assert alarm(own, failures).severity is expected[side]
        # DNS can hand a side everything within a minute.
        assert alarm(own, "healthy-hosts").severity is Severity.CRITICAL


def test_a_threshold_is_in_the_unit_of_what_is_measured(production: Environment) -> None:
    sides = [service_side(production, name, Side.EC2) for name in ("connector", "egress")]
    assert {alarm.name: alarm.metric.unit for side in sides for alarm in alarms(side)} == {
        "errors": "Percent",
        "resets": "Percent",
        "latency": "Seconds",
        "healthy-hosts": "Count",
    }


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_proxy_has_resets_where_the_others_have_errors_and_latency(
    production: Environment, name: str
) -> None:
    is_proxy = CATALOGUE[name].load_balancer_type is LoadBalancerType.NETWORK
    own = ["resets"] if is_proxy else ["errors", "latency"]
    assert [alarm.name for alarm in alarms(service_side(production, name, Side.EC2))] == [
        *own,
        "healthy-hosts",
    ]
    hosts = alarm(service_side(production, name, Side.EC2), "healthy-hosts")
    assert hosts.metric == HEALTHY_HOSTS[CATALOGUE[name].load_balancer_type]


def row(**values: object) -> Callable[[], Alarm]:
    """An alarm that is right but for what a test changes."""
    right: dict[str, object] = {
        "name": "requests",
        "metric": REQUESTS,
        "comparison": "LessThanThreshold",
        "threshold": 1,
        "description": "Nobody comes.",
        "severity": Severity.WARNING,
    }
    return lambda: Alarm.model_validate({**right, **values})


# The limits are those of `PutMetricAlarm` (AWS: CloudWatch API reference, Period,
# EvaluationPeriods, DatapointsToAlarm, AlarmDescription).
@pytest.mark.parametrize("period", [-60, 0, 10, 45, 90, 301])
def test_refuses_a_period_that_is_not_whole_minutes(period: int) -> None:
    problems = refusal(row(period_seconds=period, evaluation_periods=3))
    assert {problem.key for problem in problems} == {"period_seconds"}


@pytest.mark.parametrize(
    ("period", "most"), [(60, 1440), (300, 288), (3540, 24), (3600, 168), (86_400, 7)]
)
def test_looks_back_a_day_at_most_and_by_hours_a_week(period: int, most: int) -> None:
    assert row(period_seconds=period, evaluation_periods=most)().evaluation_periods == most
    refused = only(refusal(row(period_seconds=period, evaluation_periods=most + 1)))
    assert refused.key == "evaluation_periods"


def test_refuses_an_alarm_that_could_never_fire() -> None:
    assert row(evaluation_periods=3, datapoints_to_alarm=3)().datapoints_to_alarm == 3
    refused = only(refusal(row(evaluation_periods=3, datapoints_to_alarm=4)))
    assert (refused.key, refused.found) == ("datapoints_to_alarm", "4")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "Errors"),
        ("name", "healthy_hosts"),
        ("description", "x" * 1025),
        ("comparison", "GreaterThan"),
        ("treat_missing_data", "missing data"),
        ("evaluation_periods", 0),
    ],
)
def test_refuses_what_cloudwatch_does_not_take(key: str, value: object) -> None:
    assert key in {problem.key for problem in refusal(row(**{key: value}))}
