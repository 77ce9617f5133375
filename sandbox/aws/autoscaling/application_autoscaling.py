"""Application Auto Scaling: tags of scalable targets, and what moto 5.2 does not refuse.

Terraform's AWS provider requests the tags after every read, and retries for minutes without an
answer. `sandbox.aws.autoscaling.scaling_clock` has the actions that follow the clock.

Sources of the refusals: AWS, Application Auto Scaling API reference, `RegisterScalableTarget`,
`PutScheduledAction` and `DeregisterScalableTarget`.
"""

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

from pay.model.scaling.tracking import LOW_PART
from pay.model.service.schedule_expression import is_zone, parse
from sandbox.aws.autoscaling.scaling_activities import activities_of
from sandbox.aws.autoscaling.scaling_clock import move_into_bounds, watch
from sandbox.aws.patching import Original, adds, extends


def _tags_of_target(response: ApplicationAutoScalingResponse) -> dict[str, str]:
    arn = response._get_param("ResourceARN")
    for targets in response.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                return tags_of(target)
    raise AWSValidationException(f"No scalable target found for resource ARN: {arn}")


def tags_of(target: FakeScalableTarget) -> dict[str, str]:
    tags: dict[str, str] = target.__dict__.setdefault("tags", {})
    return tags


@adds(ApplicationAutoScalingResponse)
def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
    return json.dumps({"Tags": _tags_of_target(self)})


@adds(ApplicationAutoScalingResponse)
def tag_resource(self: ApplicationAutoScalingResponse) -> str:
    _tags_of_target(self).update(self._get_param("Tags"))
    return "{}"


@adds(ApplicationAutoScalingResponse)
def untag_resource(self: ApplicationAutoScalingResponse) -> str:
    for key in self._get_param("TagKeys"):
        _tags_of_target(self).pop(key, None)
    return "{}"


@extends(ApplicationAutoScalingResponse)
def register_scalable_target(self: ApplicationAutoScalingResponse, register: Original) -> Any:
    backend = self.applicationautoscaling_backend
    known = _target(backend, self._get_param("ResourceId"), self._get_param("ScalableDimension"))
    least = self._get_int_param("MinCapacity", known and known.min_capacity)
    most = self._get_int_param("MaxCapacity", known and known.max_capacity)
    if least is None or most is None:
        raise AWSValidationException(
            "Both MinCapacity and MaxCapacity are required when registering a new scalable target"
        )
    refuse_bounds(least, most)
    answer = register(self)
    target = _target(backend, self._get_param("ResourceId"), self._get_param("ScalableDimension"))
    tags_of(target).update(self._get_param("Tags") or {})
    if target.service_namespace == "ecs":
        move_into_bounds(target)
    return answer


def _target(backend: ApplicationAutoscalingBackend, resource: str, dimension: str) -> Any:
    return backend.targets.get(dimension, {}).get(resource)


def refuse_bounds(least: int, most: int) -> None:
    """Raise moto's AWSValidationException for bounds that AWS refuses."""
    if least < 0 or most < 0:
        raise AWSValidationException("Capacity must be greater than or equal to 0")
    if least > most:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")


@extends(ApplicationAutoscalingBackend)
def deregister_scalable_target(
    self: ApplicationAutoscalingBackend,
    deregister: Original,
    namespace: str,
    resource: str,
    dimension: str,
) -> None:
    """Delete the policies and scheduled actions of the target, too."""
    deregister(self, namespace, resource, dimension)
    of_target = (namespace, resource, dimension)
    for policy in [*self.policies.values()]:
        if of_target == (policy.service_namespace, policy.resource_id, policy.scalable_dimension):
            self.delete_scaling_policy(policy.policy_name, *of_target)
    self.scheduled_actions = [
        action
        for action in self.scheduled_actions
        if of_target != (action.service_namespace, action.resource_id, action.scalable_dimension)
    ]


@extends(ApplicationAutoscalingBackend)
def put_scheduled_action(self: ApplicationAutoscalingBackend, put: Original, **params: Any) -> None:
    namespace, resource = params["service_namespace"], params["resource_id"]
    dimension, action = params["scalable_dimension"], params["scalable_target_action"] or {}
    if _target(self, resource, dimension) is None:
        raise JsonRESTError("ObjectNotFoundException", _no_target(namespace, resource, dimension))
    place: Any = ([params["scheduled_action_name"]], namespace, resource, dimension)
    if params["schedule"] is None and not self.describe_scheduled_actions(*place):
        raise AWSValidationException("Schedule is required when creating a new scheduled action")
    try:
        # An update keeps what the request leaves out. Terraform's provider sends what changed.
        parse(params["schedule"] or "rate(1 day)")
    except ValueError:
        raise AWSValidationException(
            f"Schedule expression {params['schedule']} is not valid"
        ) from None
    if params["timezone"] and not is_zone(params["timezone"]):
        raise AWSValidationException(f"Timezone {params['timezone']} is not valid")
    least, most = action.get("MinCapacity"), action.get("MaxCapacity")
    if params["scalable_target_action"] is not None and least is None and most is None:
        raise AWSValidationException("Either MinCapacity or MaxCapacity is required")
    refuse_bounds(least or 0, max(least or 0, 0) if most is None else most)
    put(self, **params)
    [kept] = self.describe_scheduled_actions(*place)
    watch(kept)


def _no_target(namespace: str, resource: str, dimension: str) -> str:
    return (
        f"No scalable target registered for service namespace: {namespace}, resource ID: "
        f"{resource}, scalable dimension: {dimension}"
    )


@extends(ApplicationAutoscalingBackend)
def delete_scheduled_action(
    self: ApplicationAutoscalingBackend,
    delete: Original,
    service_namespace: str,
    scheduled_action_name: str,
    resource_id: str,
    scalable_dimension: str,
) -> None:
    place: Any = ([scheduled_action_name], service_namespace, resource_id, scalable_dimension)
    if not self.describe_scheduled_actions(*place):
        raise JsonRESTError(
            "ObjectNotFoundException",
            f"No scheduled action found for service namespace: {service_namespace}, resource ID: "
            f"{resource_id}, scalable dimension: {scalable_dimension}, scheduled action name: "
            f"{scheduled_action_name}",
        )
    delete(self, service_namespace, scheduled_action_name, resource_id, scalable_dimension)


@extends(ApplicationAutoscalingBackend)
def put_scaling_policy(
    self: ApplicationAutoscalingBackend, put: Original, **params: Any
) -> FakeApplicationAutoscalingPolicy:
    """Refuse a policy without a target, and replace the alarms of the one before."""
    namespace, resource = params["service_namespace"], params["resource_id"]
    dimension = params["scalable_dimension"]
    if _target(self, resource, dimension) is None:
        raise JsonRESTError("ObjectNotFoundException", _no_target(namespace, resource, dimension))
    key = FakeApplicationAutoscalingPolicy.formulate_key(
        namespace, resource, dimension, params["policy_name"]
    )
    if key in self.policies:
        self.policies[key].delete_alarms(self.account_id, self.region_name)
    policy: FakeApplicationAutoscalingPolicy = put(self, **params)
    if given := policy.target_tracking_scaling_policy_configuration:
        for alarm, part in zip(policy.alarms, (1, LOW_PART), strict=True):
            alarm.threshold = float(given["TargetValue"]) * part
    return policy


@adds(ApplicationAutoScalingResponse)
def describe_scaling_activities(self: ApplicationAutoScalingResponse) -> str:
    targets = self.applicationautoscaling_backend.describe_scalable_targets(
        self._get_param("ServiceNamespace"),
        [self._get_param("ResourceId")] if self._get_param("ResourceId") else None,
        self._get_param("ScalableDimension"),
    )
    activities = [activity for target in targets for activity in activities_of(target)]
    return json.dumps(
        {"ScalingActivities": sorted(activities, key=lambda each: -each["StartTime"])}
    )
