"""Activities of Application Auto Scaling for a scalable target, which moto 5.2 lacks.

Source: AWS, Application Auto Scaling API reference, `DescribeScalingActivities`.
"""

from collections import defaultdict
from typing import Any
from uuid import uuid4

from moto.applicationautoscaling.models import FakeScalableTarget

_activities: dict[str, list[dict[str, Any]]] = defaultdict(list)
"""ARN of a target -> its activities, the latest first."""


def note(
    target: FakeScalableTarget, at: float, description: str, cause: str, failure: str = ""
) -> None:
    """Keep one activity of a target, at a time in seconds since the epoch."""
    activity = {
        "ActivityId": str(uuid4()),
        "ServiceNamespace": target.service_namespace,
        "ResourceId": target.resource_id,
        "ScalableDimension": target.scalable_dimension,
        "Description": description,
        "Cause": cause,
        "StartTime": at,
        "EndTime": at,
        "StatusCode": "Failed" if failure else "Successful",
        "StatusMessage": failure or f"{description} Change successfully fulfilled by ecs.",
    }
    _activities[target.arn].insert(0, activity)


def activities_of(target: FakeScalableTarget) -> list[dict[str, Any]]:
    return _activities[target.arn]
