"""The model: microservices, environments and stages as frozen values; imports no cdktf."""

from pay.model.container import Sidecar
from pay.model.dependencies import (
    Access,
    BucketUse,
    Call,
    CallStyle,
    Database,
    Link,
    QueueUse,
    Secret,
    TaskRun,
    TopicUse,
)
from pay.model.environment import Architecture, Capacity, Deployment, Environment, scope_tag
from pay.model.host_names import host_name, hosted_zone
from pay.model.microservice import Microservice, Runtime
from pay.model.problem import InvalidInput, Problem
from pay.model.severity import Severity
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
    "InvalidInput",
    "Ladder",
    "Link",
    "LoadBalancerType",
    "Microservice",
    "Problem",
    "QueueUse",
    "Record",
    "Runtime",
    "Scope",
    "Secret",
    "Segment",
    "Severity",
    "Side",
    "Sidecar",
    "Stage",
    "TaskCount",
    "TaskRun",
    "TaskSize",
    "Timing",
    "TopicUse",
    "host_name",
    "hosted_zone",
    "scope_tag",
]
