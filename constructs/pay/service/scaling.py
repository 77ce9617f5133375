"""Target-tracking scaling of a Fargate service."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from imports.aws.appautoscaling_target import AppautoscalingTarget
from pay.model import addresses
from pay.model.side import ServiceSide
from pay.service.asleep import ignoring

SCALE_OUT_SECONDS = 60
SCALE_IN_SECONDS = 300
"""Slow in, quick out: too many tasks cost money, too few cost payments."""

SCALE_IN_OF_PROXIES_SECONDS = 3600
"""A proxy that stops ends the connections that its callers keep, so proxies rarely stop."""


class Scaling:
    """Between the tasks that always run and twice the daily peak, by CPU.

    From `dark` to `soak` the lower bound is the peak itself: DNS failover can hand Fargate all
    traffic at any moment.
    """

    def __init__(
        self, scope: Construct, side: ServiceSide, *, service: ITerraformDependable
    ) -> None:
        target = AppautoscalingTarget(
            scope,
            addresses.SCALING_TARGET.id,
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{side.cluster}/{side.service.name}",
            min_capacity=side.needed_tasks,
            max_capacity=side.most_desired_tasks,
            depends_on=[service],
            # Asleep both are 0, and the schedule that wakes it has the file's numbers.
            lifecycle=ignoring(side.environment, "min_capacity", "max_capacity"),
        )
        AppautoscalingPolicy(
            scope,
            addresses.SCALING_POLICY.id,
            name=f"{side.cluster}-{side.service.name}-cpu",
            policy_type="TargetTrackingScaling",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=_by_cpu(
                SCALE_IN_OF_PROXIES_SECONDS if side.service.is_proxy else SCALE_IN_SECONDS
            ),
        )


def _by_cpu(scale_in_seconds: int) -> AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration:
    metric = (
        AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification
    )
    return AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
        target_value=60,
        scale_in_cooldown=scale_in_seconds,
        scale_out_cooldown=SCALE_OUT_SECONDS,
        predefined_metric_specification=metric(
            predefined_metric_type="ECSServiceAverageCPUUtilization"
        ),
    )
