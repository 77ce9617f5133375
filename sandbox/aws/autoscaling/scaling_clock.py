"""Application Auto Scaling follows the sandbox's clock: scheduled actions fire, and policies look
at each minute's metrics.

AWS: Application Auto Scaling user guide, "Scheduled scaling" and "Target tracking scaling
policies". A new bound moves the number of tasks at once, if the service is ACTIVE (API reference,
`RegisterScalableTarget`). moto 5.2 keeps bounds and actions, and does nothing with them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
    FakeScheduledAction,
    applicationautoscaling_backends,
)
from moto.ecs.models import Service

from pay.model.scaling.side_scaling import Tracking
from pay.model.scaling.tracking import CALM_MINUTES, Bounds, Past, Readings, follow
from pay.model.service.schedule_expression import parse
from sandbox.aws import before_each_call
from sandbox.aws.autoscaling.scaling_activities import note
from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.cloudwatch.metric_store import MINUTE, STORE, StoredSeries
from sandbox.aws.ecs import ecs  # noqa: F401

METRIC_DELAY = MINUTE
"""A minute's metric is known only after the next minute has also passed."""


@dataclass
class _Followed:
    """The last moment handled for a target, and the last actions of its policies."""

    until: float
    past: Past = field(default_factory=Past)


_followed: dict[str, _Followed] = {}
"""ARN of a target -> its record."""


def service_of(target: FakeScalableTarget) -> Service:
    """Return the ECS service that a target scales."""
    _, cluster, name = target.resource_id.split("/")
    service: Service = target.applicationautoscaling_backend.ecs_backend._get_service(cluster, name)
    return service


def move_into_bounds(target: FakeScalableTarget) -> None:
    """Set the count of the target's service to the nearest within the bounds."""
    service = service_of(target)
    if service.status == "ACTIVE":
        bounds = Bounds(int(target.min_capacity or 0), int(target.max_capacity or 0))
        service.desired_count = bounds.clamp(service.desired_count)


def watch(action: FakeScheduledAction) -> None:
    """Let an action fire from now on."""
    action.__dict__["watched_from"] = CLOCK.seconds()


def _move_on() -> None:
    now = CLOCK.seconds()
    for regions in applicationautoscaling_backends.values():
        for backend in regions.values():
            for targets in backend.targets.values():
                for target in targets.values():
                    if target.service_namespace == "ecs":
                        _follow(backend, target, now)


def _follow(backend: ApplicationAutoscalingBackend, target: FakeScalableTarget, now: float) -> None:
    """Let everything happen, in order, since the last look at the target."""
    followed = _followed.setdefault(target.arn, _Followed(now))
    start, followed.until = followed.until, now
    if now <= start:
        return
    fires = [
        (moment, action)
        for action in backend.scheduled_actions
        if action.resource_id == target.resource_id
        for moment in _moments(action, start, now)
    ]
    policies = {each: _readings(each, start, now) for each in _tracking(backend, target)}
    looks = [(moment, None) for moment in _minutes(start, now) if any(policies.values())]
    for moment, action in sorted([*fires, *looks], key=lambda each: each[0]):
        if action is not None:
            _fire(target, action, moment)
        else:
            _look(target, followed, moment, policies)


def _moments(action: FakeScheduledAction, start: float, now: float) -> Iterator[float]:
    start = max(start, action.__dict__["watched_from"])
    begins = seconds_of(action.start_time) if action.start_time else -math.inf
    ends = seconds_of(action.end_time) if action.end_time else math.inf
    after, until = (datetime.fromtimestamp(each, UTC) for each in (start, now))
    watched_from = datetime.fromtimestamp(action.__dict__["watched_from"], UTC)
    expression, zone = parse(action.schedule), action.timezone or "UTC"
    for moment in expression.between(after, until, zone=zone, start=watched_from):
        if begins <= moment.timestamp() <= ends:
            yield moment.timestamp()


def _fire(target: FakeScalableTarget, action: FakeScheduledAction, at: float) -> None:
    if _is_suspended(target, "ScheduledScalingSuspended"):
        return
    wanted: Any = action.scalable_target_action
    least = wanted.get("MinCapacity", target.min_capacity)
    most = wanted.get("MaxCapacity", target.max_capacity)
    description = f"Setting min capacity to {least} and max capacity to {most}"
    cause = f"scheduled action name {action.scheduled_action_name} was triggered"
    if int(least) > int(most):
        failure = "Maximum capacity cannot be less than minimum capacity"
        note(target, at, description, cause, failure)
        return
    target.min_capacity, target.max_capacity = int(least), int(most)
    before = service_of(target).desired_count
    move_into_bounds(target)
    note(target, at, description, cause)
    _note_count(target, at, before, cause)


def _is_suspended(target: FakeScalableTarget, way: str) -> bool:
    state: Any = target.suspended_state or {}
    return bool(state.get(way))


def _note_count(target: FakeScalableTarget, at: float, before: int, cause: str) -> None:
    count = service_of(target).desired_count
    if count != before:
        note(target, at, f"Setting desired count to {count}.", cause)


def _tracking(
    backend: ApplicationAutoscalingBackend, target: FakeScalableTarget
) -> Iterator[FakeApplicationAutoscalingPolicy]:
    for policy in backend.policies.values():
        is_of_target = policy.resource_id == target.resource_id
        if is_of_target and policy.target_tracking_scaling_policy_configuration:
            yield policy


def _minutes(start: float, now: float) -> range:
    return range((int(start) // MINUTE + 1) * MINUTE, int(now) + 1, MINUTE)


def _readings(
    policy: FakeApplicationAutoscalingPolicy, start: float, now: float
) -> Mapping[int, float]:
    """Return the metric of a policy by the start of its minute."""
    first = start - (CALM_MINUTES + 2) * MINUTE
    series, statistic = _metric(policy)
    return dict(STORE.read(series, first, now, MINUTE, statistic, now=now))


def _metric(policy: FakeApplicationAutoscalingPolicy) -> tuple[StoredSeries, str]:
    """Return the series of a predefined metric and its statistic."""
    specification = _configuration(policy)["PredefinedMetricSpecification"]
    if specification["PredefinedMetricType"] == "ALBRequestCountPerTarget":
        balancer, _, group = specification["ResourceLabel"].partition("/targetgroup/")
        pairs = {("LoadBalancer", balancer), ("TargetGroup", f"targetgroup/{group}")}
        return StoredSeries("AWS/ApplicationELB", "RequestCountPerTarget", frozenset(pairs)), "Sum"
    _, cluster, service = policy.resource_id.split("/")
    pairs = {("ClusterName", cluster), ("ServiceName", service)}
    is_memory = specification["PredefinedMetricType"] == "ECSServiceAverageMemoryUtilization"
    name = "MemoryUtilization" if is_memory else "CPUUtilization"
    return StoredSeries("AWS/ECS", name, frozenset(pairs)), "Average"


def _configuration(policy: FakeApplicationAutoscalingPolicy) -> Mapping[str, Any]:
    return policy.target_tracking_scaling_policy_configuration or {}


def _look(
    target: FakeScalableTarget,
    followed: _Followed,
    moment: float,
    policies: Mapping[FakeApplicationAutoscalingPolicy, Mapping[int, float]],
) -> None:
    service = service_of(target)
    if service.status != "ACTIVE":
        return
    before = service.desired_count
    wanted, past = follow(
        [(_as_tracking(each), _before(values, moment)) for each, values in policies.items()],
        desired=before,
        bounds=Bounds(int(target.min_capacity or 0), int(target.max_capacity or 0)),
        now=moment,
        past=followed.past,
        is_deploying=len(service.deployments) > 1,
    )
    way = "DynamicScalingOutSuspended" if wanted > before else "DynamicScalingInSuspended"
    if wanted == before or _is_suspended(target, way):
        return
    followed.past = past
    service.desired_count = wanted
    end = 0 if wanted > before else 1
    alarms = [policy.alarms[end].name for policy in policies]
    cause = f"monitor alarm {', '.join(alarms)} in state ALARM triggered policy"
    _note_count(target, moment, before, cause)


def _as_tracking(policy: FakeApplicationAutoscalingPolicy) -> Tracking:
    given = _configuration(policy)
    metric = given["PredefinedMetricSpecification"]["PredefinedMetricType"]
    is_in = not given.get("DisableScaleIn")
    return Tracking(
        "requests" if metric == "ALBRequestCountPerTarget" else "cpu",
        metric,
        float(given["TargetValue"]),
        int(given.get("ScaleInCooldown", 300)) if is_in else math.inf,
        int(given.get("ScaleOutCooldown", 300)),
    )


def _before(values: Mapping[int, float], moment: float) -> Readings:
    """Return the last minutes that are known at a moment on a full minute."""
    last = int(moment) - METRIC_DELAY - MINUTE
    return [values.get(last - back * MINUTE) for back in reversed(range(CALM_MINUTES))]


before_each_call.append(_move_on)
