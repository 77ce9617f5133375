"""Application Auto Scaling in the sandbox: bounds, scheduled actions and target tracking move the
count of a service by the sandbox's clock, and what AWS refuses.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from tests.support.scaled_services import place, scaled_services

Count = Callable[[], int]
Tick = Callable[[str], None]

ACCOUNT = "222222222222"
PLACE = place("web")
CPU = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    "TargetValue": 50.0,
    "ScaleInCooldown": 300,
    "ScaleOutCooldown": 60,
}


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """Return a server with a clock of its own and one service."""
    with scaled_services(ACCOUNT, {"web": 2}) as started:
        yield started


@pytest.fixture(scope="module")
def ecs(own_server: Server) -> Any:
    return own_server.client("ecs")


@pytest.fixture(scope="module")
def scaling(own_server: Server) -> Any:
    return own_server.client("application-autoscaling")


@pytest.fixture
def target(scaling: Any, ecs: Any, tick: Tick) -> Iterator[Any]:
    """Return the client with a target from 2 to 8 of a service with 2 tasks."""
    tick("2027-06-01T00:00:00")
    ecs.update_service(cluster="scaled", service="web", desiredCount=2)
    scaling.register_scalable_target(**PLACE, MinCapacity=2, MaxCapacity=8)
    yield scaling
    scaling.deregister_scalable_target(**PLACE)


@pytest.fixture
def count(ecs: Any) -> Count:
    """Return a function that returns the desired count."""

    def read() -> int:
        [service] = ecs.describe_services(cluster="scaled", services=["web"])["services"]
        return int(service["desiredCount"])

    return read


@pytest.fixture
def tick(own_server: Server, ecs: Any) -> Tick:
    """Return a function that sets the clock to a time in UTC and lets what is due happen."""

    def to(moment: str) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        own_server.administer("clock", method="POST", body={"now": now})
        ecs.list_clusters()

    return to


def put(scaling: Any, name: str, schedule: str, zone: str = "Europe/London", **bounds: int) -> None:
    action = {f"{key.capitalize()}Capacity": value for key, value in bounds.items()}
    scaling.put_scheduled_action(
        **PLACE,
        ScheduledActionName=name,
        Schedule=schedule,
        Timezone=zone,
        ScalableTargetAction=action,
    )


def test_new_bounds_move_the_count_at_once(target: Any, count: Count) -> None:
    target.register_scalable_target(**PLACE, MinCapacity=5)
    assert count() == 5
    target.register_scalable_target(**PLACE, MinCapacity=0, MaxCapacity=0)
    assert count() == 0
    target.register_scalable_target(**PLACE, MinCapacity=2, MaxCapacity=8)
    assert count() == 2
    target.register_scalable_target(**PLACE, MaxCapacity=4)
    assert count() == 2


@pytest.mark.parametrize(
    ("morning", "day"),
    [
        ("2027-06-02T04:44:00", "2027-06-02T04:46:00"),
        ("2027-12-02T05:44:00", "2027-12-02T05:46:00"),
        # The clocks go forward at 01:00 UTC on 28 March and back on 31 October.
        ("2027-03-28T04:44:00", "2027-03-28T04:46:00"),
        ("2027-10-31T05:44:00", "2027-10-31T05:46:00"),
    ],
)
def test_actions_fire_at_their_local_time_in_summer_winter_and_at_both_clock_changes(
    target: Any, count: Count, tick: Tick, morning: str, day: str
) -> None:
    tick(morning[:10] + "T00:30:00")
    put(target, "day", "cron(45 5 * * ? *)", min=6)
    tick(morning)
    assert count() == 2
    tick(day)
    assert count() == 6


def test_the_night_lowers_the_bound_and_leaves_the_count_to_demand(
    target: Any, count: Count, tick: Tick
) -> None:
    put(target, "day", "cron(45 5 * * ? *)", min=6)
    put(target, "night", "cron(0 22 * * ? *)", min=3)
    tick("2027-06-01T12:00:00")
    tick("2027-06-01T23:00:00")
    [found] = target.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (found["MinCapacity"], found["MaxCapacity"], count()) == (3, 8, 6)


def test_a_long_tick_fires_all_that_was_due_in_its_order(
    target: Any, count: Count, tick: Tick
) -> None:
    put(target, "up", "at(2027-06-01T10:00:00)", "UTC", min=7)
    put(target, "down", "at(2027-06-01T09:00:00)", "UTC", min=3, max=4)
    tick("2027-06-02T00:00:00")
    activities = target.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    # With at most 4 tasks, 7 cannot be the least.
    assert [each["StatusCode"] for each in activities[:1]] == ["Failed"]
    assert count() == 3


def test_a_deleted_or_suspended_action_does_not_fire(target: Any, count: Count, tick: Tick) -> None:
    put(target, "day", "at(2027-06-01T10:00:00)", "UTC", min=7)
    target.delete_scheduled_action(**PLACE, ScheduledActionName="day")
    put(target, "event", "at(2027-06-01T11:00:00)", "UTC", min=6)
    target.register_scalable_target(**PLACE, SuspendedState={"ScheduledScalingSuspended": True})
    tick("2027-06-01T12:00:00")
    assert count() == 2


def test_deregistering_deletes_policies_and_actions(
    scaling: Any, ecs: Any, count: Count, tick: Tick
) -> None:
    tick("2027-06-01T00:00:00")
    scaling.register_scalable_target(**PLACE, MinCapacity=2, MaxCapacity=8)
    put(scaling, "day", "at(2027-06-01T10:00:00)", "UTC", min=7)
    track(scaling)
    scaling.deregister_scalable_target(**PLACE)
    assert not scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert not scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]


def track(scaling: Any) -> None:
    scaling.put_scaling_policy(
        **PLACE,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=CPU,
    )


def cpu(server: Server, start: str, minutes: int, value: float) -> None:
    """Send a service's CPU for some minutes."""
    first = datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()
    row = {
        "namespace": "AWS/ECS",
        "name": "CPUUtilization",
        "dimensions": {"ClusterName": "scaled", "ServiceName": "web"},
        "points": [[first + 60 * minute, value, 1] for minute in range(minutes)],
        "unit": "Percent",
    }
    server.administer("metrics", method="POST", body=[row])


def test_target_tracking_adds_tasks_after_three_minutes_and_removes_them_after_fifteen(
    own_server: Server, target: Any, count: Count, tick: Tick
) -> None:
    track(target)
    cpu(own_server, "2027-06-01T08:00:00", 3, 90)
    tick("2027-06-01T08:03:30")
    assert count() == 2  # the third minute is not known yet
    tick("2027-06-01T08:04:30")
    assert count() == 4
    cpu(own_server, "2027-06-01T08:03:00", 20, 10)
    tick("2027-06-01T08:18:30")
    assert count() == 4
    tick("2027-06-01T08:19:30")
    assert count() == 3
    [alarm, *_] = target.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert alarm["Description"] == "Setting desired count to 3."


def test_missing_metrics_change_nothing(
    own_server: Server, target: Any, count: Count, tick: Tick
) -> None:
    track(target)
    tick("2027-06-02T00:00:00")
    cpu(own_server, "2027-06-02T08:00:00", 2, 90)
    tick("2027-06-02T09:00:00")
    assert count() == 2


def test_a_second_put_of_a_policy_keeps_two_alarms_at_its_target(
    own_server: Server, target: Any
) -> None:
    track(target)
    track(target)
    alarms = own_server.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert sorted(alarm["Threshold"] for alarm in alarms) == [45, 50]


REFUSED = {
    "no bound": {"ScalableTargetAction": {}},
    "min over max": {"ScalableTargetAction": {"MinCapacity": 5, "MaxCapacity": 4}},
    "a cron of five fields": {"Schedule": "cron(0 22 * * *)"},
    "both days": {"Schedule": "cron(0 22 1 * 2 *)"},
    "no expression": {"Schedule": "22:00"},
    "an unknown zone": {"Timezone": "Europe/Londn"},
    "another service": {"ResourceId": "service/scaled/other"},
}


@pytest.mark.parametrize("changed", REFUSED.values(), ids=REFUSED)
def test_refuses_a_scheduled_action_that_aws_refuses(target: Any, changed: dict[str, Any]) -> None:
    right = {
        **PLACE,
        "ScheduledActionName": "day",
        "Schedule": "cron(45 5 * * ? *)",
        "Timezone": "Europe/London",
        "ScalableTargetAction": {"MinCapacity": 3},
    }
    target.put_scheduled_action(**right)
    with pytest.raises(ClientError, match=r"ValidationException|ObjectNotFoundException"):
        target.put_scheduled_action(**right | changed)


@pytest.mark.parametrize("bounds", [{"MinCapacity": 9}, {"MaxCapacity": 1}, {"MinCapacity": -1}])
def test_refuses_bounds_that_aws_refuses(target: Any, bounds: dict[str, int]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        target.register_scalable_target(**PLACE, **bounds)
