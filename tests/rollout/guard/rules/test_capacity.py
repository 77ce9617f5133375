"""What the guard refuses about capacity: of EC2, of Fargate, and how many tasks run."""

from pathlib import Path

import pytest

from pay.model import Environment, Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    FARGATE,
    PLATFORM,
    Json,
    change,
    everywhere,
    judged,
    plan,
    records,
    rules,
    traffic,
)

SERVICE: Json = {"name": "publicauth", "desired_count": 2, "launch_type": "EC2"}
TARGET: Json = {
    "min_capacity": 2,
    "max_capacity": 4,
    "resource_id": "service/sandbox-fargate/publicauth",
}
GROUP: Json = {
    "min_size": 2,
    "max_size": 4,
    "protect_from_scale_in": True,
    "vpc_zone_identifier": ["subnet-a", "subnet-b", "subnet-c"],
    "suspended_processes": [],
    "launch_template": [{"id": "lt-large", "version": "$Latest"}],
}
STAYS = traffic(records("none", 100), records("none", 100))
AFTER_SOAK = [Stage.DETACHED, Stage.RETIRED]


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        ("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "min_size": 1}),
        ("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "max_size": 3}),
    ],
)
def test_refuses_to_reduce_ec2_before_all_is_retired(
    sandbox: Environment, tmp_path: Path, address: str, before: Json | None, after: Json
) -> None:
    plans = [plan(PLATFORM, change(address, before, after))]
    assert rules(judged(tmp_path, plans, sandbox)) == {"keeps-ec2-capacity"}
    assert judged(tmp_path, plans, everywhere(sandbox, Stage.RETIRED)).is_clean


@pytest.mark.parametrize(
    "changed",
    [
        {"min_size": 3},
        {"max_size": 9, "vpc_zone_identifier": ["subnet-c", "subnet-b", "subnet-a"]},
    ],
)
def test_lets_ec2_grow(sandbox: Environment, tmp_path: Path, changed: Json) -> None:
    more = change("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, **changed})
    assert judged(tmp_path, [plan(PLATFORM, more)], sandbox).is_clean


ALL_AT_ONCE: Json = {"strategy": "Rolling", "preferences": [{"min_healthy_percentage": 0}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"instance_refresh": []}, {"instance_refresh": [ALL_AT_ONCE]}),
        (
            {"instance_refresh": [{**ALL_AT_ONCE, "preferences": []}]},
            {"instance_refresh": [ALL_AT_ONCE]},
        ),
        ({"max_instance_lifetime": 0}, {"max_instance_lifetime": 86400}),
        ({"max_instance_lifetime": None}, {"max_instance_lifetime": 86400}),
        ({"max_instance_lifetime": 604800}, {"max_instance_lifetime": 86400}),
    ],
)
def test_refuses_to_let_aws_replace_the_instances_of_ec2(
    sandbox: Environment, tmp_path: Path, before: Json, after: Json
) -> None:
    was = {**GROUP, **before}
    for entry in (
        change("aws_autoscaling_group.cde_instances", was, {**was, **after}),
        change("aws_autoscaling_group.cde_instances", None, {**GROUP, **after}),
        change(
            "aws_autoscaling_group.cde_instances",
            was,
            {**was, **dict.fromkeys(after)},
            actions=["update"],
            unknown=dict.fromkeys(after, True),
        ),
    ):
        plans = [plan(PLATFORM, entry)]
        assert rules(judged(tmp_path, plans, sandbox)) == {"keeps-ec2-capacity"}
        assert judged(tmp_path, plans, everywhere(sandbox, Stage.RETIRED)).is_clean


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"instance_refresh": [ALL_AT_ONCE]}, {"instance_refresh": []}),
        ({"instance_refresh": [ALL_AT_ONCE]}, {"min_size": 3}),
        ({"max_instance_lifetime": 86400}, {"max_instance_lifetime": 604800}),
        ({"max_instance_lifetime": 86400}, {"max_instance_lifetime": 0}),
    ],
)
def test_lets_the_instances_of_ec2_stay_longer(
    sandbox: Environment, tmp_path: Path, before: Json, after: Json
) -> None:
    was = {**GROUP, **before}
    longer = change("aws_autoscaling_group.cde_instances", was, {**was, **after})
    assert judged(tmp_path, [plan(PLATFORM, longer)], sandbox).is_clean


@pytest.mark.parametrize("before", [None, {**TARGET, "min_capacity": 1}])
def test_refuses_scaling_of_the_ec2_side(refused: Judge, before: Json | None) -> None:
    new = plan(EC2, change("aws_appautoscaling_target.scaling_target", before, TARGET))
    assert found(refused, new, stage=Stage.SOAK) >= {"keeps-ec2-capacity"}


@pytest.mark.parametrize(
    ("address", "before", "rule"),
    [
        ("aws_autoscaling_schedule.night", {"min_size": 2}, "leaves-the-existing-estate"),
        (
            "aws_appautoscaling_scheduled_action.night",
            {"scalable_target_action": [{"min_capacity": 2}]},
            "keeps-fargate-at-peak",
        ),
    ],
)
def test_refuses_a_schedule_for_ec2_whether_it_is_new_or_not(
    sandbox: Environment, tmp_path: Path, address: str, before: Json, rule: str
) -> None:
    after: Json = {"min_size": 0} if "min_size" in before else {"scalable_target_action": [{}]}
    for was in (None, before):
        verdict = judged(tmp_path, [plan(PLATFORM, change(address, was, after))], sandbox)
        assert rules(verdict) >= {"keeps-ec2-capacity", rule}


@pytest.mark.parametrize("stage", [s for s in Stage if s.pins_fargate_at_peak])
def test_holds_fargate_at_the_peak_from_dark_to_soak(refused: Judge, stage: Stage) -> None:
    lower = {**TARGET, "min_capacity": 1}
    fewer = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", TARGET, lower))
    unpinned = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", lower, lower))
    gone = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", TARGET, None))
    for plans in (fewer, unpinned):
        assert found(refused, plans, stage=stage) == {"keeps-fargate-at-peak"}
    assert "keeps-fargate-at-peak" in found(refused, gone, stage=stage)


@pytest.mark.parametrize(
    ("type", "rules"),
    [
        ("aws_appautoscaling_policy", {"keeps-what-carries-traffic"}),
        ("aws_appautoscaling_target", {"keeps-what-carries-traffic", "keeps-fargate-at-peak"}),
    ],
)
@pytest.mark.parametrize("stage", AFTER_SOAK)
def test_refuses_to_stop_the_scaling_of_fargate_for_good(
    refused: Judge, type: str, rules: set[str], stage: Stage
) -> None:
    gone = plan(FARGATE, change(f"{type}.scaling", TARGET, None))
    assert found(refused, gone, STAYS, stage=stage) == rules


@pytest.mark.parametrize("bounds", [(1, 4), (1, 2), (2, 3)])
@pytest.mark.parametrize("stage", AFTER_SOAK)
def test_lets_fargate_follow_demand_once_detached(
    refused: Judge, stage: Stage, bounds: tuple[int, int]
) -> None:
    assert found(refused, scaled(*bounds), stage=stage) == set()


@pytest.mark.parametrize("bounds", [(0, 4), (0, 0), (1, 1), (None, 4), (1, None)])
@pytest.mark.parametrize("stage", AFTER_SOAK)
def test_refuses_bounds_within_which_fargate_cannot_carry_all_traffic(
    refused: Judge, stage: Stage, bounds: tuple[int | None, int | None]
) -> None:
    assert found(refused, scaled(*bounds), stage=stage) == {"keeps-fargate-at-peak"}


@pytest.mark.parametrize("bound", ["min_capacity", "max_capacity"])
def test_refuses_bounds_that_are_not_known_once_detached(refused: Judge, bound: str) -> None:
    unknown = change(
        "aws_appautoscaling_target.scaling_target", TARGET, TARGET, unknown={bound: True}
    )
    unknown["change"]["actions"] = ["update"]
    assert found(refused, plan(FARGATE, unknown), stage=Stage.RETIRED) == {"keeps-fargate-at-peak"}


@pytest.mark.parametrize("stage", [s for s in Stage if s.has_fargate])
def test_refuses_to_keep_fargate_from_growing(refused: Judge, stage: Stage) -> None:
    suspended = {**TARGET, "suspended_state": [{"dynamic_scaling_out_suspended": True}]}
    scaling = change("aws_appautoscaling_target.scaling_target", TARGET, suspended)
    assert found(refused, plan(FARGATE, scaling), stage=stage) == {"keeps-fargate-at-peak"}
    unknown = change(
        "aws_appautoscaling_target.scaling_target",
        TARGET,
        {**TARGET, "suspended_state": [{}]},
        unknown={"suspended_state": [{"dynamic_scaling_out_suspended": True}]},
    )
    assert found(refused, plan(FARGATE, unknown), stage=stage) == {"keeps-fargate-at-peak"}


@pytest.mark.parametrize(
    ("before", "expressions", "expected"),
    [
        (None, {}, set()),
        (None, {"suspended_state": [{}]}, {"keeps-fargate-at-peak"}),
        ({**TARGET, "max_capacity": 3}, {}, {"keeps-fargate-at-peak"}),
    ],
)
def test_lets_the_provider_say_of_a_new_target_that_nothing_is_suspended(
    refused: Judge, before: Json | None, expressions: Json, expected: set[str]
) -> None:
    scaling = "aws_appautoscaling_target.scaling_target"
    made = change(scaling, before, TARGET, unknown={"suspended_state": True})
    blocks = [{"address": scaling, "expressions": expressions}]
    configuration = plan(FARGATE)["configuration"] | {"root_module": {"resources": blocks}}
    plans = plan(FARGATE, made, configuration=configuration)
    assert found(refused, plans, stage=Stage.DARK) == expected


def test_lets_fargate_be_kept_from_shrinking(refused: Judge) -> None:
    stays = {**TARGET, "suspended_state": [{"dynamic_scaling_in_suspended": True}]}
    scaling = change("aws_appautoscaling_target.scaling_target", TARGET, stays)
    assert found(refused, plan(FARGATE, scaling), stage=Stage.DETACHED) == set()


def scaled(lowest: int | None, highest: int | None) -> Json:
    """A plan that gives the scaling of Fargate other bounds; its service has 1 to 2 tasks."""
    after = {**TARGET, "min_capacity": lowest, "max_capacity": highest}
    return plan(FARGATE, change("aws_appautoscaling_target.scaling_target", TARGET, after))


@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("after", [1, None])
def test_refuses_fewer_tasks(refused: Judge, stack: str, after: int | None) -> None:
    fewer = {**SERVICE, "desired_count": after}
    plans = plan(stack, change("aws_ecs_service.service", SERVICE, fewer))
    assert found(refused, plans, stage=Stage.DARK) == {"keeps-desired-count"}


def test_refuses_a_number_of_tasks_that_is_not_known(refused: Judge) -> None:
    plans = plan(
        EC2,
        change(
            "aws_ecs_service.service",
            SERVICE,
            {key: value for key, value in SERVICE.items() if key != "desired_count"},
            unknown={"desired_count": True},
        ),
    )
    assert found(refused, plans, stage=Stage.DARK) == {"keeps-desired-count"}


def test_lets_more_tasks_run(refused: Judge) -> None:
    more = change("aws_ecs_service.service", SERVICE, {**SERVICE, "desired_count": 3})
    assert found(refused, plan(EC2, more), stage=Stage.LEGACY) == set()


def asks_dns(count: str | None) -> Json:
    health = [{"dns_failover": [{"minimum_healthy_targets_count": count}]}] if count else []
    return {"name": "tg", "deregistration_delay": "40", "target_group_health": health}


TARGETS = "aws_lb_target_group.target_group"
DNS = {"leaves-dns-at-half-of-its-tasks"}


@pytest.mark.parametrize("before", ["1", None])
@pytest.mark.parametrize("stack", [EC2, FARGATE])
def test_dns_asks_for_half_of_the_tasks_that_always_run(
    refused: Judge, stack: str, before: str | None
) -> None:
    # The sandbox runs from 1 to 2 tasks.
    right, wrong = (change(TARGETS, asks_dns(before), asks_dns(count)) for count in ("1", "2"))
    assert found(refused, plan(stack, wrong), stage=Stage.HALF) == DNS
    assert found(refused, plan(stack, right), stage=Stage.HALF) == set()
    assert found(refused, plan(FARGATE, wrong), stage=Stage.DARK) == set()


def test_refuses_a_number_that_dns_asks_for_and_nobody_knows(refused: Judge) -> None:
    unknown = change(TARGETS, asks_dns("1"), {"name": "tg"}, unknown={"target_group_health": True})
    off = change(TARGETS, asks_dns("1"), asks_dns("off"))
    for update in (unknown, off):
        assert found(refused, plan(EC2, update), stage=Stage.HALF) >= DNS


def test_lets_a_target_group_change_that_asks_dns_for_as_many(refused: Judge) -> None:
    waits = {**asks_dns("7"), "deregistration_delay": "50"}
    update = change(TARGETS, asks_dns("7"), waits)
    assert found(refused, plan(EC2, update), stage=Stage.HALF) == set()


COUNTED: Json = {
    "dns_failover": [{"minimum_healthy_targets_count": "1"}],
    "unhealthy_state_routing": [{}],
}


@pytest.mark.parametrize(
    ("block", "before", "after"),
    [
        ("dns_failover", {}, {"minimum_healthy_targets_percentage": "100"}),
        ("unhealthy_state_routing", {"minimum_healthy_targets_count": 1}, {}),
        (
            "unhealthy_state_routing",
            {"minimum_healthy_targets_count": 1},
            {"minimum_healthy_targets_count": 3},
        ),
    ],
)
def test_refuses_other_ways_to_count_healthy_tasks(
    refused: Judge, block: str, before: Json, after: Json
) -> None:
    was, becomes = (
        {"name": "tg", "target_group_health": [{**COUNTED, block: [{**COUNTED[block][0], **each}]}]}
        for each in (before, after)
    )
    update = change(TARGETS, was, becomes)
    assert found(refused, plan(EC2, update), stage=Stage.HALF) == DNS
    assert found(refused, plan(FARGATE, update), stage=Stage.DARK) == set()


def test_refuses_what_dns_asks_of_tasks_that_no_side_runs(refused: Judge) -> None:
    update = change(TARGETS, asks_dns("1"), asks_dns("7"))
    assert found(refused, plan(PLATFORM, update), stage=Stage.HALF) == DNS
