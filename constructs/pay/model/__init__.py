"""The model: frozen values of microservices, environments, stages; imports no cdktf."""

from pay.model.environment.environment import Environment, scope_tag
from pay.model.environment.host_names import host_name, hosted_zone
from pay.model.environment.instance_types import Architecture
from pay.model.problem import InvalidInput, Problem
from pay.model.service.container import Sidecar
from pay.model.service.dependencies import (
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
from pay.model.service.judging import Judging
from pay.model.service.microservice import Microservice, Runtime
from pay.model.service.size import TaskCount, TaskSize
from pay.model.service.timing import Timing
from pay.model.stage.stage import Ladder, Record, Stage
from pay.model.vocabulary import Exposure, Kept, LoadBalancerType, Scope, Segment, Severity, Side

__all__ = [
    "Access",
    "Architecture",
    "BucketUse",
    "Call",
    "CallStyle",
    "Database",
    "Environment",
    "Exposure",
    "InvalidInput",
    "Judging",
    "Kept",
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
