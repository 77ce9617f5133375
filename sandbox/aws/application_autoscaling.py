"""Application Auto Scaling: what moto 5.2 lacks.

Tags of scalable targets: Terraform's AWS provider requests them after every read, and retries for
minutes without an answer. Bounds that move the count of a service at once (API reference,
`RegisterScalableTarget`), and bounds that AWS refuses.
"""

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeScalableTarget
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.ecs.models import ecs_backends

from sandbox.aws.patching import Original, adds, extends


def _tags_of_target(response: ApplicationAutoScalingResponse) -> dict[str, str]:
    arn = response._get_param("ResourceARN")
    for targets in response.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                return _tags(target)
    raise AWSValidationException(f"No scalable target found for resource ARN: {arn}")


def _tags(target: FakeScalableTarget) -> dict[str, str]:
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


@extends(ApplicationAutoscalingBackend, "register_scalable_target")
def register_and_scale(
    self: ApplicationAutoscalingBackend,
    register: Original,
    namespace: str,
    r_id: str,
    dimension: str,
    min_capacity: int | None,
    max_capacity: int | None,
    role_arn: str | None = None,
    suspended_state: str | None = None,
) -> FakeScalableTarget:
    known = self.targets.get(dimension, {}).get(r_id)
    lowest = min_capacity if min_capacity is not None or not known else known.min_capacity
    highest = max_capacity if max_capacity is not None or not known else known.max_capacity
    if lowest is None or highest is None:
        raise AWSValidationException("MinCapacity and MaxCapacity are required for a new target.")
    if not 0 <= lowest <= highest:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")
    target: FakeScalableTarget = register(
        self, namespace, r_id, dimension, min_capacity, max_capacity, role_arn, suspended_state
    )
    _, cluster, name = r_id.split("/")
    service = ecs_backends[self.account_id][self.region_name]._get_service(cluster, name)
    if service.status == "ACTIVE":
        service.desired_count = min(max(service.desired_count, lowest), highest)
    return target


@extends(ApplicationAutoScalingResponse)
def register_scalable_target(self: ApplicationAutoScalingResponse, register: Original) -> Any:
    answer = register(self)
    backend = self.applicationautoscaling_backend
    target = backend.targets[self._get_param("ScalableDimension")][self._get_param("ResourceId")]
    _tags(target).update(self._get_param("Tags") or {})
    return answer
