"""Scaling of a Fargate service: bounds, policies and scheduled actions."""

from typing import Any

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from imports.aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from imports.aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from imports.aws.appautoscaling_target import AppautoscalingTarget
from imports.aws.ecs_service import EcsService
from pay.model import addresses
from pay.model.scaling.actions import ScheduledAction
from pay.model.scaling.side_scaling import Tracking, scaling_of
from pay.model.side import ServiceSide
from pay.service.balancer import ServiceLoadBalancer

_OF_SERVICES: dict[str, Any] = {
    "service_namespace": "ecs",
    "scalable_dimension": "ecs:service:DesiredCount",
}

_POLICIES = {"cpu": addresses.SCALING_POLICY, "requests": addresses.REQUESTS_POLICY}


class FargateScaling:
    """Follows demand as `pay.model.scaling` says for the side at its stage."""

    def __init__(
        self,
        scope: Construct,
        side: ServiceSide,
        *,
        service: EcsService,
        load_balancer: ServiceLoadBalancer,
    ) -> None:
        self._scope, self._load_balancer = scope, load_balancer
        self._name = f"{side.cluster}-{side.service.name}"
        scaling = scaling_of(side)
        self._target = AppautoscalingTarget(
            scope,
            addresses.SCALING_TARGET.id,
            **_OF_SERVICES,
            resource_id=f"service/{side.cluster}/{side.service.name}",
            min_capacity=scaling.min,
            max_capacity=scaling.max,
            depends_on=[service],
            lifecycle=TerraformResourceLifecycle(ignore_changes=list(scaling.ignored))
            if scaling.ignored
            else None,
        )
        for policy in scaling.policies:
            self._track(policy)
        for action in scaling.actions:
            self._schedule(action)

    def _track(self, policy: Tracking) -> None:
        is_counted = policy.metric == "ALBRequestCountPerTarget"
        AppautoscalingPolicy(
            self._scope,
            _POLICIES[policy.name].id,
            name=f"{self._name}-{policy.name}",
            policy_type="TargetTrackingScaling",
            **_OF_SERVICES,
            resource_id=self._target.resource_id,
            target_tracking_scaling_policy_configuration=_tracking(
                policy, self._load_balancer.request_label if is_counted else None
            ),
        )

    def _schedule(self, action: ScheduledAction) -> None:
        AppautoscalingScheduledAction(
            self._scope,
            addresses.scheduled_action(action.name).id,
            name=f"{self._name}-{action.name}",
            **_OF_SERVICES,
            resource_id=self._target.resource_id,
            schedule=action.schedule,
            timezone=action.zone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=_text(action.min), max_capacity=_text(action.max)
            ),
        )


def _tracking(
    policy: Tracking, resource_label: str | None
) -> AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration:
    metric = (
        AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification
    )
    return AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
        target_value=policy.target,
        scale_in_cooldown=policy.scale_in_seconds,
        scale_out_cooldown=policy.scale_out_seconds,
        predefined_metric_specification=metric(
            predefined_metric_type=policy.metric, resource_label=resource_label
        ),
    )


def _text(bound: int | None) -> str | None:
    """Return the bound as the provider keeps it."""
    return None if bound is None else str(bound)
