"""Application Auto Scaling: tags of scalable targets, which moto 5.2 lacks.

Terraform's AWS provider requests them after every read, and retries for minutes without an answer.
"""

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import FakeScalableTarget
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

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


@extends(ApplicationAutoScalingResponse)
def register_scalable_target(self: ApplicationAutoScalingResponse, register: Original) -> Any:
    answer = register(self)
    backend = self.applicationautoscaling_backend
    target = backend.targets[self._get_param("ScalableDimension")][self._get_param("ResourceId")]
    _tags(target).update(self._get_param("Tags") or {})
    return answer
