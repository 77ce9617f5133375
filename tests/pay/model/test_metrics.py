"""Metrics and formulas are what CloudWatch accepts, and a formula is the share of what failed."""

import re
from collections.abc import Callable, Mapping

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Environment, Side, metrics
from pay.model.metrics import (
    CONNECTIONS,
    ELB_5XX,
    ERROR_PERCENT,
    MAX_METRICS,
    REQUESTS,
    RESET_PERCENT,
    Metric,
    Share,
    response_time,
    side_dimensions,
)
from tests.support.problems import only, refusal
from tests.support.services import service_side

VALUES = [value for value in vars(metrics).values() if isinstance(value, Metric)]
VALUES += metrics.HEALTHY_HOSTS.values()

CPU = Metric(
    id="cpu",
    namespace="AWS/ECS",
    name="CPUUtilization",
    statistic="Average",
    unit="Percent",
    dimensions=("ClusterName", "ServiceName"),
)


def enum_of_aws(shape: str) -> set[str]:
    """The values of an enum in the CloudWatch API, as AWS publishes them with its SDK."""
    model = botocore.session.get_session().get_service_model("cloudwatch")
    return set(model.shape_for(shape).enum)


@pytest.mark.parametrize("metric", VALUES, ids=lambda metric: metric.id)
def test_units_and_statistics_are_those_of_the_api(metric: Metric) -> None:
    assert metric.unit in enum_of_aws("StandardUnit")
    assert metric.is_percentile or metric.statistic in enum_of_aws("Statistic")


@pytest.mark.parametrize("metric", VALUES, ids=lambda metric: metric.id)
def test_a_metric_of_a_target_group_names_its_load_balancer_too(metric: Metric) -> None:
    # AWS lists the dimensions LoadBalancer, and TargetGroup with LoadBalancer; never TargetGroup
    # alone for these metrics.
    assert "TargetGroup" not in metric.dimensions or metric.dimensions[0] == "LoadBalancer"


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (REQUESTS, {"LoadBalancer": "app/a/1", "TargetGroup": "targetgroup/a/2"}),
        (ELB_5XX, {"LoadBalancer": "app/a/1"}),
        (CPU, {"ClusterName": "production-2-ec2", "ServiceName": "connector"}),
    ],
)
def test_a_metric_takes_its_own_dimensions_of_what_a_side_knows(
    environments: Mapping[str, Environment], metric: Metric, expected: Mapping[str, str]
) -> None:
    side = service_side(environments["production-2"], "connector", Side.EC2)
    values = side_dimensions(side, load_balancer="app/a/1", target_group="targetgroup/a/2")
    assert metric.dimension_values(values) == expected


@pytest.mark.parametrize("share", [ERROR_PERCENT, RESET_PERCENT], ids=lambda share: share.id)
def test_a_formula_uses_each_of_its_metrics_and_no_other(share: Share) -> None:
    used = set(re.findall(r"[a-z]\w*", share.expression))
    assert used == {metric.id for metric in share.metrics}


METRICS = st.lists(st.sampled_from(VALUES), min_size=1, max_size=MAX_METRICS).map(tuple)


@given(part=METRICS, whole=METRICS, min_whole=st.integers(1, 10**9))
def test_the_least_whole_of_a_formula_is_read_back(
    part: tuple[Metric, ...], whole: tuple[Metric, ...], min_whole: int
) -> None:
    share = Share.model_construct(id="share", label="", part=part, whole=whole, min_whole=min_whole)
    assert Share.min_whole_of(share.expression) == min_whole


def test_a_formula_without_a_least_whole_has_none() -> None:
    assert Share.min_whole_of("requests+elb_503") == 0


@pytest.mark.parametrize(
    ("share", "sums", "percent"),
    [
        (ERROR_PERCENT, {"requests": 100, "target_5xx": 5}, 5),
        # A target that refuses the connection is a 502: it is in the requests, and counted once.
        (ERROR_PERCENT, {"requests": 100, "elb_5xx": 7, "target_5xx": 3}, 10),
        # A 503 without a healthy target is not in the requests.
        (ERROR_PERCENT, {"requests": 60, "elb_5xx": 40, "elb_503": 40}, 40),
        (ERROR_PERCENT, {"elb_5xx": 40, "elb_503": 40}, 100),
        (ERROR_PERCENT, {"requests": 19, "target_5xx": 19}, 0),
        (ERROR_PERCENT, {}, 0),
        (RESET_PERCENT, {"connections": 100, "target_resets": 4, "elb_resets": 2}, 6),
        (RESET_PERCENT, {"connections": 1, "elb_resets": 1}, 0),
    ],
)
def test_a_formula_is_the_share_of_what_failed(
    share: Share, sums: Mapping[str, int], percent: float
) -> None:
    # What is not in `sums` was not reported.
    reported = {metric.id: sums.get(metric.id) for metric in share.metrics}
    assert evaluated(share.expression, reported) == percent


def evaluated(formula: str, reported: Mapping[str, int | None]) -> float:
    """CloudWatch's metric math, as far as the alarms use it, reads as Python does."""
    functions = {
        "FILL": lambda value, otherwise: otherwise if value is None else value,
        "IF": lambda condition, then, otherwise: then() if condition else otherwise,
    }
    lazy = re.sub(r"^IF\((.*?>=\d+),(.*),0\)$", r"IF(\1,lambda: \2,0)", formula)
    return float(eval(lazy, {"__builtins__": {}, **functions, **reported}))


@pytest.mark.parametrize("statistic", ["p0", "p50", "p99.9", "p100", "Maximum"])
def test_takes_percentiles_from_0_to_100(statistic: str) -> None:
    assert changed(REQUESTS, statistic=statistic)().statistic == statistic


@pytest.mark.parametrize("statistic", ["p101", "p100.5", "p99.", "p-1", "sum", "Median", ""])
def test_refuses_a_statistic_that_cloudwatch_lacks(statistic: str) -> None:
    assert only(refusal(changed(REQUESTS, statistic=statistic))).key == "statistic"


@pytest.mark.parametrize("id", ["5xx", "Requests", "elb-5xx", "", "a" * 256])
def test_refuses_an_id_that_a_formula_cannot_name(id: str) -> None:
    assert only(refusal(changed(REQUESTS, id=id))).key == "id"


def test_refuses_a_dimension_or_a_unit_that_is_not_in_use() -> None:
    assert only(refusal(changed(REQUESTS, unit="Counts"))).key == "unit"
    assert only(refusal(changed(REQUESTS, dimensions=("Loadbalancer",)))).key == "dimensions.0"


def test_refuses_a_formula_of_more_metrics_than_an_alarm_may_have() -> None:
    several = tuple(changed(REQUESTS, id=f"m{number}")() for number in range(MAX_METRICS))
    assert share_of(part=several[:-1], whole=several[-1:])().metrics
    refused = only(refusal(share_of(part=several, whole=(REQUESTS,))))
    assert refused.found == "11 metrics"


def test_refuses_two_metrics_with_one_id() -> None:
    other = changed(CONNECTIONS, id="requests")()
    refused = only(refusal(share_of(part=(other,), whole=(REQUESTS,))))
    assert "requests" in refused.found


def test_refuses_a_share_of_what_is_not_a_sum() -> None:
    refused = only(refusal(share_of(part=(response_time(99),), whole=(REQUESTS,))))
    assert refused.found == "response_time_p99, the p99 of Seconds"


def test_refuses_a_share_that_would_divide_by_nothing() -> None:
    refused = only(refusal(share_of(part=(ELB_5XX,), whole=(REQUESTS,), min_whole=0)))
    assert refused.key == "min_whole"


def changed(metric: Metric, **values: object) -> Callable[[], Metric]:
    return lambda: Metric.model_validate({**metric.model_dump(), **values})


def share_of(
    *, part: tuple[Metric, ...], whole: tuple[Metric, ...], min_whole: int = 1
) -> Callable[[], Share]:
    return lambda: Share(id="share", label="share", part=part, whole=whole, min_whole=min_whole)
