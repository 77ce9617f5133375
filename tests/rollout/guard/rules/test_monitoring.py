"""What the guard refuses of what watches a service, and what a team does there every week."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Stage
from pay.model.environment.closure import Closure
from pay.model.environment.monitoring import Notifying
from pay.model.metrics import Sum
from pay.model.monitoring.composites import composites
from pay.model.monitoring.dip import dip_alarm
from pay.model.stacks import MONITORING, OVERVIEW
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    ENVIRONMENT,
    FARGATE,
    SERVICE,
    Json,
    at,
    change,
    judged,
    plan,
)
from tests.support.services import notifying

WATCH = MONITORING.stack_id(ENVIRONMENT, SERVICE)
OVER_ALL = OVERVIEW.stack_id(ENVIRONMENT)
TOPIC = "arn:aws:sns:eu-west-1:555555555555:sandbox-alarms-critical"
IN_PLACE, KEPT = "changes-only-what-is-harmless", "keeps-its-alarms"

ROLLBACK: Json = {
    "alarm_name": f"{ENVIRONMENT}-{SERVICE}-rollback",
    "alarm_rule": '(ALARM("a") AND NOT ALARM("b")) OR ALARM("c")',
    "alarm_actions": [TOPIC],
    "actions_enabled": True,
    "actions_suppressor": [{"alarm": "p", "wait_period": 120, "extension_period": 300}],
}


def composite(after: Json | None) -> Json:
    return change("aws_cloudwatch_composite_alarm.rollback_alarm", ROLLBACK, after)


@pytest.mark.parametrize(
    "weaker",
    [
        {"alarm_rule": '(ALARM("a") AND NOT ALARM("b"))'},
        {"alarm_rule": '(ALARM("a") AND NOT ALARM("b") AND ALARM("d")) OR ALARM("c")'},
        {"alarm_rule": 'NOT (ALARM("x") OR ALARM("c"))'},
        {"alarm_actions": []},
        {"alarm_actions": ["arn:aws:sns:eu-west-1:111111111111:sandbox-alarms-critical"]},
        {"actions_enabled": False},
        {"actions_suppressor": [{"alarm": "p", "wait_period": 900, "extension_period": 300}]},
        {"actions_suppressor": [{"alarm": "q", "wait_period": 120, "extension_period": 300}]},
    ],
)
def test_refuses_to_weaken_a_composite_alarm(refused: Judge, weaker: Json) -> None:
    changed = plan(WATCH, composite({**ROLLBACK, **weaker}))
    assert found(refused, changed, stage=Stage.HALF) == {IN_PLACE}


@pytest.mark.parametrize(
    "stricter",
    [
        {"alarm_rule": f'{ROLLBACK["alarm_rule"]} OR ALARM("d")'},
        {"alarm_rule": 'ALARM("c") OR (ALARM("a") AND NOT ALARM("b"))'},
        {"alarm_actions": [TOPIC, f"{TOPIC}-too"]},
        {"alarm_description": "Clearer words."},
        {"actions_suppressor": [{"alarm": "p", "wait_period": 60, "extension_period": 60}]},
    ],
)
def test_lets_a_composite_alarm_get_stricter(refused: Judge, stricter: Json) -> None:
    changed = plan(WATCH, composite({**ROLLBACK, **stricter}))
    assert found(refused, changed, stage=Stage.HALF) == set()


def test_a_move_may_change_what_its_stage_says(refused: Judge) -> None:
    share = {"alarm_name": f"{ENVIRONMENT}-{SERVICE}-share", "threshold": 93.75}
    other = {"alarm_name": f"{ENVIRONMENT}-{SERVICE}-failed-tunnels", "threshold": 5}
    back = change("aws_cloudwatch_metric_alarm.share_alarm", share, {**share, "threshold": 98.75})
    weaker = change(
        "aws_cloudwatch_metric_alarm.failed_tunnels_alarm", other, {**other, "threshold": 9}
    )
    moved = {"stage": Stage.CANARY, "before": Stage.QUARTER}
    assert refused(plan(WATCH, back), **moved) == ()
    assert len(refused(plan(WATCH, weaker), **moved)) == 1
    blind = change("aws_cloudwatch_metric_alarm.share_alarm", share, {**share, "threshold": 100})
    assert len(refused(plan(WATCH, blind), **moved)) == 1
    assert len(refused(plan(WATCH, back), stage=Stage.CANARY, before=Stage.CANARY)) == 1
    assert len(refused(plan(WATCH, back), stage=Stage.CANARY)) == 1


def test_a_move_may_give_a_composite_alarm_no_rule_but_that_of_the_model(
    refused: Judge, sandbox: Environment
) -> None:
    own = composites(CATALOGUE[SERVICE], at(sandbox, Stage.CUTOVER))
    [rule] = [each.rule for each in own if each.name == "rollback"]
    moved = {"stage": Stage.CUTOVER, "before": Stage.MOST}
    assert refused(plan(WATCH, composite({**ROLLBACK, "alarm_rule": rule})), **moved) == ()
    for other in ("FALSE", rule.partition(" OR ")[0]):
        changed = composite({**ROLLBACK, "alarm_rule": other})
        assert len(refused(plan(WATCH, changed), **moved)) == 1


BEGINS = datetime(2026, 12, 1, 22, tzinfo=UTC)
CLOSURE = Closure(begins=BEGINS, ends=BEGINS + timedelta(hours=4), reason="Announced.")


def silent(environment: Environment, **changes: Any) -> Json:
    """The alarm on requests that no longer arrive, as a plan has it."""
    alarm = dip_alarm(CATALOGUE[SERVICE], environment)
    assert alarm is not None
    assert isinstance(alarm.metric, Sum)
    formula = {"id": alarm.metric.id, "expression": alarm.metric.expression, "metric": []}
    asked = [
        {"id": each.id, "expression": "", "metric": [{"metric_name": each.name, "period": 60}]}
        for each in alarm.metric.metrics
    ]
    name = f"{ENVIRONMENT}-{SERVICE}-{alarm.name}"
    values = {"alarm_name": name, "threshold": alarm.threshold}
    return {**values, "metric_query": [formula, *asked], **changes}


def test_an_alarm_leaves_out_the_closures_that_the_file_declares(
    sandbox: Environment, tmp_path: Path
) -> None:
    live = notifying(at(sandbox, Stage.HALF, production=True), Notifying.ALL)
    closed = live.model_copy(update={"closures": (CLOSURE,)})
    longer = CLOSURE.model_copy(update={"ends": CLOSURE.ends + timedelta(days=9)})
    undeclared = live.model_copy(update={"closures": (longer,)})
    fewer = silent(closed)["metric_query"][:-1]

    def is_let(before: Json, after: Json, declared: Environment) -> bool:
        entry = change("aws_cloudwatch_metric_alarm.dip_alarm", before, after)
        return not judged(tmp_path, [plan(WATCH, entry)], declared).refused

    assert is_let(silent(live), silent(closed), closed)
    assert is_let(silent(closed), silent(live), live)
    assert not is_let(silent(live), silent(closed), live)
    assert not is_let(silent(live), silent(undeclared), closed)
    assert not is_let(silent(live), silent(closed, metric_query=fewer), closed)
    assert not is_let(silent(live), silent(closed, threshold=1), closed)


@pytest.mark.parametrize("stage", [Stage.READY, Stage.HALF, Stage.SOAK])
def test_refuses_to_delete_composite_alarms_while_they_decide(refused: Judge, stage: Stage) -> None:
    assert found(refused, plan(WATCH, composite(None)), stage=stage) == {KEPT}


@pytest.mark.parametrize("stage", [Stage.LEGACY, Stage.DETACHED])
def test_lets_them_go_with_the_second_record(refused: Judge, stage: Stage) -> None:
    gone = plan(WATCH, composite(None))
    assert found(refused, gone, stage=stage) == set()


def test_refuses_to_lose_the_alarm_that_others_wait_for(refused: Judge) -> None:
    outage = {"alarm_name": f"{ENVIRONMENT}-platform-outage"}
    gone = change("aws_cloudwatch_metric_alarm.platform_outage_alarm", outage, None)
    assert found(refused, plan(OVER_ALL, gone), stage=Stage.LEGACY) == {KEPT}


@pytest.mark.parametrize(
    "type", ["aws_cloudwatch_log_metric_filter", "aws_cloudwatch_log_subscription_filter"]
)
def test_refuses_to_lose_what_reads_the_logs(refused: Judge, type: str) -> None:
    lost = plan(WATCH, change(f"{type}.this", {"name": "a"}, None))
    assert found(refused, lost, stage=Stage.LEGACY) == {"keeps-what-carries-traffic"}


@pytest.mark.parametrize(
    ("type", "before", "after"),
    [
        ("log_metric_filter", {"pattern": "[a, code = */5*]"}, {"pattern": "[a, code = */59*]"}),
        ("log_subscription_filter", {"filter_pattern": ""}, {"filter_pattern": "ERROR"}),
        ("log_subscription_filter", {"role_arn": "arn:a"}, {"role_arn": "arn:b"}),
    ],
)
def test_refuses_to_read_less_of_the_logs(
    refused: Judge, type: str, before: Json, after: Json
) -> None:
    changed = plan(WATCH, change(f"aws_cloudwatch_{type}.this", before, after))
    assert found(refused, changed, stage=Stage.LEGACY) == {IN_PLACE}


def test_lets_a_subscription_send_everything(refused: Judge) -> None:
    before, after = {"filter_pattern": "ERROR"}, {"filter_pattern": ""}
    more = change("aws_cloudwatch_log_subscription_filter.app_lines", before, after)
    assert found(refused, plan(WATCH, more), stage=Stage.HALF) == set()


@pytest.mark.parametrize("stack", [WATCH, OVER_ALL])
@pytest.mark.parametrize("after", [{"dashboard_body": "{}"}, None])
def test_a_dashboard_is_free(refused: Judge, stack: str, after: Json | None) -> None:
    drawn = change("aws_cloudwatch_dashboard.dashboard", {"dashboard_body": "[]"}, after)
    assert found(refused, plan(stack, drawn), stage=Stage.HALF) == set()


SILENCED = change(
    "aws_cloudwatch_metric_alarm.errors_alarm",
    {"alarm_actions": [TOPIC], "ok_actions": [TOPIC]},
    {"alarm_actions": [], "ok_actions": []},
)


@pytest.mark.parametrize("stack", [EC2, FARGATE])
def test_a_side_leaves_notifying_to_composite_alarms_that_stand(
    sandbox: Environment, tmp_path: Path, stack: str
) -> None:
    """Composite alarms stand by the change before: the files of before wanted them."""
    file = {which: notifying(sandbox, which) for which in Notifying}
    none = sandbox.model_copy(update={"monitoring": None})

    def is_refused(now: Environment, base: Environment | None, stage: Stage, before: Stage) -> bool:
        files = {sandbox.name: at(base, before)} if base else None
        plans = [plan(stack, SILENCED)]
        return not judged(tmp_path, plans, at(now, stage), base=files).is_clean

    asked, both = file[Notifying.COMPOSITES], file[Notifying.ALL]
    assert not is_refused(asked, both, Stage.HALF, Stage.HALF)
    assert not is_refused(asked, asked, Stage.CANARY, Stage.READY)
    assert is_refused(asked, none, Stage.HALF, Stage.HALF)
    assert is_refused(asked, None, Stage.HALF, Stage.HALF)
    assert is_refused(both, both, Stage.HALF, Stage.HALF)
    assert is_refused(asked, asked, Stage.READY, Stage.READY)


def test_the_rules_of_the_catalogue_are_read_by_their_parts(sandbox: Environment) -> None:
    """A part of a rule holds no OR of its own, or the guard would refuse every change of it."""
    for service in CATALOGUE.values():
        at_half = sandbox.model_copy(
            update={"services": {service.name: at(sandbox, Stage.HALF).services[SERVICE]}}
        )
        for each in composites(service, at_half):
            assert all(p.count("(") == p.count(")") for p in each.rule.split(" OR "))
