"""What the guard refuses about records, one rule after the other."""

from pathlib import Path

import pytest

from pay.model import Environment, Side, Stage
from tests.rollout.guard.conftest import Judge
from tests.support.plans import (
    EC2,
    FARGATE,
    TRAFFIC,
    Json,
    at,
    change,
    judged,
    plan,
    record,
    record_change,
    records,
    rules,
    stage_change,
    target,
    traffic,
)


def found(refused: Judge, *plans: object, stage: Stage, **more: object) -> set[str]:
    return {refusal.rule for refusal in refused(*plans, stage=stage, **more)}


def test_refuses_to_delete_a_record_that_is_sent_traffic(refused: Judge) -> None:
    plans = traffic(records(25, 75), records("none", 100))
    assert "keeps-names-answered" in found(refused, plans, stage=Stage.DETACHED)


def test_refuses_to_replace_a_record(refused: Judge) -> None:
    for actions in (["delete", "create"], ["create", "delete"]):
        ec2 = record_change(Side.EC2, 100, 95, actions=actions)
        plans = plan(TRAFFIC, ec2, record_change(Side.FARGATE, 0, 5))
        refusals = refused(plans, stage=Stage.CANARY)
        assert "keeps-names-answered" in {r.rule for r in refusals}


def test_tells_how_to_rename_a_record(refused: Judge) -> None:
    old = change("aws_route53_record.ec2", record(Side.EC2, None), None)
    new = change("aws_route53_record.legacy", None, record(Side.EC2, None))
    refusals = refused(plan(TRAFFIC, old, new), stage=Stage.LEGACY)
    assert any("moved {" in refusal.finding.do for refusal in refusals)


def test_refuses_to_forget_a_record(refused: Judge) -> None:
    """`removed { lifecycle { destroy = false } }`: nobody would know its weight any more."""
    forgotten = change("aws_route53_record.ec2", record(Side.EC2, 95), None, actions=["forget"])
    plans = plan(TRAFFIC, forgotten, record_change(Side.FARGATE, 5, 100))
    assert "keeps-names-answered" in found(refused, plans, stage=Stage.DETACHED)


def test_lets_a_record_of_weight_zero_go(refused: Judge) -> None:
    plans = traffic(records(0, 100), records("none", 100))
    assert found(refused, plans, stage=Stage.DETACHED, before=Stage.SOAK) == set()


def test_refuses_the_way_through_zero_forward(refused: Judge) -> None:
    plans = traffic(records(100, 0), records(0, 100))
    assert "never-weighs-all-zero" in found(refused, plans, stage=Stage.CUTOVER)


def test_lets_the_rollback_pass_only_when_ec2_is_written_first(refused: Judge) -> None:
    back = (records(0, 100), records(100, 0))
    assert found(refused, traffic(*back), stage=Stage.READY) == set()
    unordered = found(refused, traffic(*back, ordered=False), stage=Stage.READY)
    assert unordered == {"never-weighs-all-zero"}


def test_refuses_a_conversion_that_can_write_fargate_first(refused: Judge) -> None:
    unordered = traffic(records(None), records(100, 0), ordered=False)
    refusals = found(refused, unordered, stage=Stage.READY, before=Stage.DARK)
    assert refusals == {"keeps-one-routing-policy"}


def test_follows_references_as_terraform_does(refused: Judge) -> None:
    """A reference orders writes as `depends_on` does, through other resources as well."""
    plans = traffic(records(0, 100), records(100, 0), ordered=False)
    configured = plans["configuration"]["root_module"]["resources"]
    configured[1]["expressions"] = {"name": {"references": ["data.aws_x.y.name", "data.aws_x.y"]}}
    configured.append({"address": "data.aws_x.y", "depends_on": ["aws_route53_record.ec2"]})
    assert found(refused, plans, stage=Stage.READY) == set()


def test_refuses_another_routing_policy(refused: Judge) -> None:
    latency = record(Side.EC2, None, latency_routing_policy=[{"region": "eu-west-1"}])
    plans = plan(TRAFFIC, change("aws_route53_record.ec2", record(Side.EC2, None), latency))
    refusals = found(refused, plans, stage=Stage.LEGACY)
    assert {"keeps-one-routing-policy", "matches-the-stage"} <= refusals


def test_refuses_one_identifier_for_two_records(refused: Judge) -> None:
    double = record(Side.FARGATE, 0, set_identifier="publicauth-ec2")
    plans = plan(
        TRAFFIC,
        record_change(Side.EC2, None, 100),
        change("aws_route53_record.fargate", None, double),
    )
    assert "keeps-one-routing-policy" in found(refused, plans, stage=Stage.READY)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other.sandbox.pymnt.internal"},
        {"type": "AAAA"},
        {"health_check_id": "abc"},
        {"alias": [{"name": target(Side.FARGATE), "evaluate_target_health": True}]},
        {"allow_overwrite": True},
        {"ttl": 30},
    ],
)
def test_refuses_anything_but_the_weight_in_a_weight_move(refused: Judge, changes: Json) -> None:
    ec2 = change("aws_route53_record.ec2", record(Side.EC2, 100), record(Side.EC2, 95, **changes))
    plans = plan(TRAFFIC, ec2, record_change(Side.FARGATE, 0, 5))
    assert found(refused, plans, stage=Stage.CANARY) != set()


OVERWRITING = [
    ({"allow_overwrite": True}, {}, {}),
    ({"allow_overwrite": "true"}, {}, {}),
    ({}, {"allow_overwrite": True}, {"allow_overwrite": {"references": ["var.over"]}}),
]


def created(values: Json, unknown: Json, expressions: Json, *, module: str = "") -> Json:
    """The plan that creates the records of `quarter`, as it would be with a state that was lost."""
    ladder = {Side.EC2: 75, Side.FARGATE: 25}
    made = plan(
        TRAFFIC,
        *(
            change(
                f"aws_route53_record.{side}", None, record(side, weight, **values), unknown=unknown
            )
            for side, weight in ladder.items()
        ),
    )
    for entry in made["resource_changes"]:
        entry["address"] = module + entry["address"]
    for block in made["configuration"]["root_module"]["resources"]:
        block["expressions"] = expressions
    return made


@pytest.mark.parametrize(("values", "unknown", "expressions"), OVERWRITING)
@pytest.mark.parametrize("before", [None, Stage.CANARY])
def test_refuses_records_that_overwrite_whatever_is_there(
    refused: Judge, values: Json, unknown: Json, expressions: Json, before: Stage | None
) -> None:
    plans = created(values, unknown, expressions)
    refusals = refused(plans, stage=Stage.QUARTER, before=before)
    assert [r.rule for r in refusals] == ["overwrites-no-record"] * 2
    assert all("allow_overwrite is " in r.finding.saw for r in refusals)


def test_refuses_a_record_of_a_module_that_may_overwrite(refused: Judge) -> None:
    plans = created({}, {"allow_overwrite": True}, {}, module="module.records.")
    assert "overwrites-no-record" in found(refused, plans, stage=Stage.QUARTER)


@pytest.mark.parametrize(
    ("values", "unknown"),
    [({}, {"allow_overwrite": True}), ({"allow_overwrite": False}, {}), ({}, {})],
)
def test_lets_records_be_created_that_overwrite_nothing(
    refused: Judge, values: Json, unknown: Json
) -> None:
    """Where nobody sets it, the provider tells `allow_overwrite` only after apply."""
    assert found(refused, created(values, unknown, {}), stage=Stage.QUARTER) == set()


def test_refuses_a_rename_in_a_weight_move(refused: Judge) -> None:
    moved = record_change(Side.EC2, 100, 95, previous_address="aws_route53_record.old")
    plans = plan(TRAFFIC, moved, record_change(Side.FARGATE, 0, 5))
    assert found(refused, plans, stage=Stage.CANARY) >= {"changes-only-weights"}


def test_lets_a_rename_alone_pass(refused: Judge) -> None:
    moved = record_change(Side.EC2, None, None, previous_address="aws_route53_record.old")
    assert found(refused, plan(TRAFFIC, moved), stage=Stage.LEGACY) == set()


def test_lets_the_running_record_be_adopted(refused: Judge) -> None:
    blind = [{**record(Side.EC2, None)["alias"][0], "evaluate_target_health": False}]
    adopted = change(
        "aws_route53_record.ec2",
        record(Side.EC2, None, alias=blind),
        record(Side.EC2, None),
        importing={"id": "Z_name_A"},
    )
    assert found(refused, plan(TRAFFIC, adopted), stage=Stage.LEGACY) == set()


def test_refuses_other_resources_beside_records(refused: Judge) -> None:
    alarm = change("aws_cloudwatch_metric_alarm.dip", None, {"alarm_name": "dip"})
    plans = traffic(records(100, 0), records(95, 5))
    plans["resource_changes"].append(alarm)
    assert found(refused, plans, stage=Stage.CANARY) >= {"changes-only-weights"}


def test_refuses_a_record_in_a_stack_of_another_kind(refused: Judge) -> None:
    plans = plan(EC2, record_change(Side.EC2, 100, 95))
    assert "changes-only-weights" in found(refused, plans, stage=Stage.CANARY)


@pytest.mark.parametrize(
    "unknown",
    [
        {"weighted_routing_policy": [{"weight": True}]},
        {"weighted_routing_policy": True},
        {"set_identifier": True},
        {"alias": [{"name": True}]},
        {"zone_id": True},
    ],
)
def test_refuses_what_is_known_only_after_apply(refused: Judge, unknown: dict[str, object]) -> None:
    ec2 = record_change(Side.EC2, 100, 95, unknown=unknown)
    plans = plan(TRAFFIC, ec2, record_change(Side.FARGATE, 0, 5))
    assert "knows-every-weight" in found(refused, plans, stage=Stage.CANARY)


@pytest.mark.parametrize("weight", [-1, 256, 5.0, "5", None, True])
def test_refuses_a_weight_that_route_53_does_not_take(refused: Judge, weight: object) -> None:
    fargate = record(Side.FARGATE, 5, weighted_routing_policy=[{"weight": weight}])
    plans = plan(
        TRAFFIC,
        record_change(Side.EC2, 100, 95),
        change("aws_route53_record.fargate", record(Side.FARGATE, 0), fargate),
    )
    assert "knows-every-weight" in found(refused, plans, stage=Stage.CANARY)


def test_refuses_a_record_that_does_not_look_at_its_target(refused: Judge) -> None:
    blind = [{**record(Side.FARGATE, 0)["alias"][0], "evaluate_target_health": False}]
    plans = plan(
        TRAFFIC,
        record_change(Side.EC2, None, 100),
        change("aws_route53_record.fargate", None, record(Side.FARGATE, 0, alias=blind)),
    )
    refusals = found(refused, plans, stage=Stage.READY, before=Stage.DARK)
    assert refusals == {"evaluates-target-health"}


def test_refuses_a_record_that_leads_to_the_other_side(refused: Judge) -> None:
    swapped = record(Side.FARGATE, 0, alias=record(Side.EC2, 0)["alias"])
    plans = plan(
        TRAFFIC,
        record_change(Side.EC2, None, 100),
        change("aws_route53_record.fargate", None, swapped),
    )
    refusals = found(refused, plans, stage=Stage.READY, before=Stage.DARK)
    assert refusals == {"leads-to-its-own-load-balancer"}


def test_refuses_the_records_of_another_service(refused: Judge) -> None:
    other = change(
        "aws_route53_record.other",
        record(Side.EC2, 100, service="ledger"),
        record(Side.EC2, 95, service="ledger"),
    )
    plans = traffic(records(100, 0), records(95, 5))
    plans["resource_changes"].append(other)
    assert "moves-one-service" in found(refused, plans, stage=Stage.CANARY)


def test_refuses_to_move_two_services_at_once(sandbox: Environment, tmp_path: Path) -> None:
    ladder = sandbox.ladder
    other = plan(
        "sandbox-ledger-traffic",
        *(
            change(
                f"aws_route53_record.{side}",
                record(side, before, service="ledger"),
                record(side, after, service="ledger"),
            )
            for side, before, after in ((Side.EC2, 100, 95), (Side.FARGATE, 0, 5))
        ),
    )
    environment = at(at(sandbox, Stage.CANARY), Stage.CANARY, "ledger")
    own = traffic(ladder.records(Stage.READY), ladder.records(Stage.CANARY))
    assert judged(tmp_path, [other], environment).is_clean
    verdict = judged(tmp_path, [own, other], environment)
    assert rules(verdict) == {"moves-one-service"}
    assert len(verdict.refused) == 2


def test_refuses_to_take_capacity_while_records_move(sandbox: Environment, tmp_path: Path) -> None:
    gone = plan(EC2, change("aws_lb.alb", {"name": "sandbox-publicauth-alb"}, None))
    move = stage_change(sandbox, Stage.SOAK, Stage.DETACHED)
    verdict = judged(tmp_path, [move, gone], at(sandbox, Stage.DETACHED))
    assert "moves-records-apart-from-capacity" in rules(verdict)


def test_lets_fargate_unpin_while_ec2_is_detached(sandbox: Environment, tmp_path: Path) -> None:
    target_before = {"min_capacity": 2, "max_capacity": 4}
    unpinned = plan(
        FARGATE,
        change(
            "aws_appautoscaling_target.scaling_target",
            target_before,
            {**target_before, "min_capacity": 1},
        ),
    )
    move = stage_change(sandbox, Stage.SOAK, Stage.DETACHED)
    base = {sandbox.name: at(sandbox, Stage.SOAK)}
    assert judged(tmp_path, [move, unpinned], at(sandbox, Stage.DETACHED), base=base).is_clean
