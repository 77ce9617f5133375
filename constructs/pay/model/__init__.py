"""The model: microservices, environments and stages as frozen values; imports no cdktf."""

from pay.model.environment import Architecture, Capacity, Deployment, Environment, scope_tag
from pay.model.microservice import (
    Access,
    BucketUse,
    Call,
    CallStyle,
    Database,
    Link,
    Microservice,
    QueueUse,
    Runtime,
    Secret,
    Sidecar,
    TaskRun,
    TopicUse,
)
from pay.model.sides import Exposure, LoadBalancerType, Scope, Segment, Side
from pay.model.size import TaskCount, TaskSize
from pay.model.stage import Ladder, Record, Stage
from pay.model.timing import Timing

__all__ = [
    "Access",
    "Architecture",
    "BucketUse",
    "Call",
    "CallStyle",
    "Capacity",
    "Database",
    "Deployment",
    "Environment",
    "Exposure",
    "Ladder",
    "Link",
    "LoadBalancerType",
    "Microservice",
    "QueueUse",
    "Record",
    "Runtime",
    "Scope",
    "Secret",
    "Segment",
    "Side",
    "Sidecar",
    "Stage",
    "TaskCount",
    "TaskRun",
    "TaskSize",
    "Timing",
    "TopicUse",
    "scope_tag",
]
