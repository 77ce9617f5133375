"""What the guard refuses about the alarms of a side."""

from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, names
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import Metric, Share, response_time
from pay.model.side import ServiceSide
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, SERVICE, Json, at, change, plan

ALARM: Json = {"alarm_actions": ["arn:topic"], "actions_enabled": True, "threshold": 5}
KEPT = [s for s in Stage if s not in (Stage.LEGACY, Stage.DARK, Stage.RETIRED)]


@pytest.mark.parametrize("stage", KEPT)
@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_keeps_the_alarms_of_both_sides_while_either_can_serve(
    refused: Judge, stage: Stage, stack: str, actions: list[str]
) -> None:
    after = ALARM if "create" in actions else None
    gone = change("aws_cloudwatch_metric_alarm.errors_alarm", ALARM, after, actions=actions)
    assert found(refused, plan(stack, gone), stage=stage) == {"keeps-its-alarms"}


@pytest.mark.parametrize(
    ("stack", "stage"),
    [(EC2, Stage.LEGACY), (EC2, Stage.DARK), (FARGATE, Stage.DETACHED), (FARGATE, Stage.RETIRED)],
)
def test_keeps_the_alarms_of_the_side_that_alone_serves(
    refused: Judge, stack: str, stage: Stage
) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(stack, gone), stage=stage) == {"keeps-its-alarms"}


@pytest.mark.parametrize(
    ("stack", "stage"), [(FARGATE, Stage.LEGACY), (FARGATE, Stage.DARK), (EC2, Stage.RETIRED)]
)
def test_lets_the_alarms_of_a_side_go_that_nothing_reaches(
    refused: Judge, stack: str, stage: Stage
) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(stack, gone), stage=stage) == set()


HARMLESS = "changes-only-what-is-harmless"


def row(environment: Environment, stage: Stage, side: Side, name: str) -> Alarm:
    """The alarm of the small plans' service."""
    own = ServiceSide(CATALOGUE[SERVICE], at(environment, stage), side)
    [found] = [alarm for alarm in alarms(own) if alarm.name == name]
    return found


def planned(environment: Environment, alarm: Alarm, side: Side, **changes: Any) -> Json:
    """An alarm as a plan has it."""
    topic = environment.arn("sns", names.alarm_topic(environment.name, alarm.severity))
    metric = alarm.metric
    values: Json = {
        "alarm_name": names.alarm(environment.name, SERVICE, side, alarm.name),
        "alarm_actions": [topic],
        "ok_actions": [topic],
        "comparison_operator": alarm.comparison,
        "threshold": alarm.threshold,
        "evaluation_periods": alarm.evaluation_periods,
        "datapoints_to_alarm": alarm.datapoints_to_alarm,
    }
    if isinstance(metric, Share):
        formula = {"id": metric.id, "expression": metric.expression, "metric": []}
        asked = [_asked(each, alarm.period_seconds) for each in metric.metrics]
        values["metric_query"] = [{**formula, "return_data": True}, *asked]
    elif isinstance(metric, Metric):
        values |= {
            "metric_name": metric.name,
            "period": alarm.period_seconds,
            "extended_statistic": metric.statistic,
            "evaluate_low_sample_count_percentiles": (
                "ignore" if alarm.waits_for_samples else "evaluate"
            ),
        }
    return values | changes


def _asked(metric: Metric, seconds: int) -> Json:
    measured = {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "stat": metric.statistic,
        "period": seconds,
        "dimensions": dict.fromkeys(metric.dimensions, "app/a/1"),
    }
    return {"id": metric.id, "expression": "", "metric": [measured]}


def refusals(
    refused: Judge, before: Json, after: Json, *, stage: Stage, stack: str = FARGATE
) -> set[str]:
    entry = change("aws_cloudwatch_metric_alarm.a", before, after)
    return found(refused, plan(stack, entry), stage=stage)


def blind(alarm: Alarm) -> Alarm:
    """The alarm as it was when it needed 1,000 requests, or 20, a minute."""
    window = {"period_seconds": 60, "evaluation_periods": 5, "datapoints_to_alarm": 3}
    metric = {"metric": response_time(99)} if isinstance(alarm.metric, Metric) else {}
    return alarm.model_copy(update={**window, **metric})


@pytest.mark.parametrize("name", ["errors", "latency"])
def test_lets_an_alarm_that_cannot_go_off_become_one_that_can(
    refused: Judge, sandbox: Environment, name: str
) -> None:
    able = row(sandbox, Stage.QUARTER, Side.FARGATE, name)
    before, after = (planned(sandbox, each, Side.FARGATE) for each in (blind(able), able))
    assert before != after
    assert refusals(refused, before, after, stage=Stage.QUARTER) == set()
    # And never back.
    assert refusals(refused, after, before, stage=Stage.QUARTER) == {HARMLESS}


@pytest.mark.parametrize(
    "later",
    [
        {"period_seconds": 21_600},
        {"evaluation_periods": 9, "datapoints_to_alarm": 9},
    ],
)
def test_refuses_an_alarm_that_goes_off_later_than_one_that_can(
    refused: Judge, sandbox: Environment, later: dict[str, int]
) -> None:
    able = row(sandbox, Stage.QUARTER, Side.FARGATE, "errors")
    before, after = (
        planned(sandbox, each, Side.FARGATE) for each in (able, able.model_copy(update=later))
    )
    assert refusals(refused, before, after, stage=Stage.QUARTER) == {HARMLESS}


def test_refuses_a_lower_percentile_where_the_higher_one_shows(
    refused: Judge, sandbox: Environment
) -> None:
    able = row(sandbox, Stage.QUARTER, Side.FARGATE, "latency")
    lower = able.model_copy(update={"metric": response_time(10)})
    before, after = (planned(sandbox, each, Side.FARGATE) for each in (able, lower))
    assert refusals(refused, before, after, stage=Stage.QUARTER) == {HARMLESS}


@pytest.mark.parametrize("statistic", ["tm90", "p-another", "p100", "IQM", "p"])
def test_refuses_a_statistic_that_is_not_a_percentile(
    refused: Judge, sandbox: Environment, statistic: str
) -> None:
    before = planned(sandbox, row(sandbox, Stage.QUARTER, Side.FARGATE, "latency"), Side.FARGATE)
    after = {**before, "extended_statistic": statistic}
    assert refusals(refused, before, after, stage=Stage.QUARTER) == {HARMLESS}


def test_refuses_another_formula_than_the_model_has(refused: Judge, sandbox: Environment) -> None:
    able = row(sandbox, Stage.QUARTER, Side.FARGATE, "errors")
    before = planned(sandbox, blind(able), Side.FARGATE)
    after = planned(sandbox, able, Side.FARGATE)
    first, *others = after["metric_query"]
    wrong: list[list[Json]] = [
        [{**first, "expression": first["expression"].replace("100*", "1*")}, *others],
        [first, *others[1:]],
        [
            first,
            {**others[0], "metric": [{**others[0]["metric"][0], "stat": "Minimum"}]},
            *others[1:],
        ],
        [first, *(_elsewhere(query) for query in others)],
    ]
    for queries in wrong:
        changed = {**after, "metric_query": queries}
        assert refusals(refused, before, changed, stage=Stage.QUARTER) == {HARMLESS}


def _elsewhere(query: Json) -> Json:
    """The query, of another load balancer."""
    (metric,) = query["metric"]
    return {**query, "metric": [{**metric, "dimensions": {"LoadBalancer": "app/other/1"}}]}


def test_the_failures_of_ec2_follow_the_stage(refused: Judge, sandbox: Environment) -> None:
    most, cutover = (
        planned(sandbox, row(sandbox, stage, Side.EC2, "errors"), Side.EC2)
        for stage in (Stage.MOST, Stage.CUTOVER)
    )
    assert most["alarm_actions"] != cutover["alarm_actions"]
    assert refusals(refused, most, cutover, stage=Stage.CUTOVER, stack=EC2) == set()
    assert refusals(refused, cutover, most, stage=Stage.MOST, stack=EC2) == set()
    assert refusals(refused, most, cutover, stage=Stage.MOST, stack=EC2) == {HARMLESS}
    quiet = {**most, "alarm_actions": []}
    assert refusals(refused, most, quiet, stage=Stage.CUTOVER, stack=EC2) == {HARMLESS}
