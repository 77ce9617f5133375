"""The universal targets of EventBridge Scheduler.

They are calls of AWS's APIs with a JSON text as input. Names are those of the SDK for Java:
`rds:startDBInstance` with `DbInstanceIdentifier`. AWS refuses a target with an unknown service or
action, and one that only reads. It checks the keys of the input when it calls. Source: AWS,
EventBridge Scheduler user guide, "Using universal targets".

The sandbox knows the calls that schedules here make.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.ecs.models import ecs_backends
from moto.rds.models import rds_backends

from sandbox.aws.autoscaling import application_autoscaling
from sandbox.aws.autoscaling.scaling_clock import move_into_bounds
from sandbox.aws.cloudwatch import alarms
from sandbox.aws.iam.roles import is_allowed
from sandbox.aws.synthetics.canaries import CANARIES, CanaryError

_ARN = re.compile(r"arn:aws:scheduler:::aws-sdk:(?P<service>[^:]+):(?P<action>[^:]+)")

_READS = re.compile(
    "(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|"
    "batchGet|batchDescribe|batchRead|transactGet|retrieve)(?![a-z])"
)
"""The first words of actions that only read. Scheduler does not accept these."""

_STATE = frozenset({"InvalidDBInstanceState", "ConflictException", "ServiceNotActiveException"})
"""Errors that another attempt may not meet."""


class InvocationError(Exception):
    """A target that was not invoked; `code` and the message are AWS's."""

    def __init__(self, code: str, message: str, *, is_passing: bool = False) -> None:
        """`is_passing`: whether another attempt may succeed."""
        super().__init__(message)
        self.code, self.is_passing = code, is_passing


@dataclass(frozen=True)
class CallPlace:
    """The account, region and role of a call."""

    account: str
    region: str
    role_arn: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def require(self, action: str, resource: str, context: Mapping[str, str] = {}) -> None:
        """Raise InvocationError unless the role may do this."""
        if not is_allowed(self.account, self.role_arn, action, resource, context):
            name = self.role_arn.rpartition("/")[2]
            raise InvocationError(
                "AccessDeniedException",
                f"User: arn:aws:sts::{self.account}:assumed-role/{name}/scheduler is not "
                f"authorized to perform: {action} on resource: {resource} because no "
                f"identity-based policy allows the {action} action",
            )


@dataclass(frozen=True)
class UniversalTarget:
    """One call: the keys that it needs, and what it does."""

    keys: frozenset[str]
    call: Callable[[CallPlace, Mapping[str, Any]], object]


def is_universal(arn: str) -> bool:
    return arn.startswith("arn:aws:scheduler:::aws-sdk:")


def problems(arn: str, text: str | None) -> Iterator[str]:
    """Yield what AWS refuses of a universal target when a schedule is made."""
    match = _ARN.fullmatch(arn)
    if match is None:
        yield f"Provided Arn is not in correct format: {arn}"
    elif _READS.match(match["action"]):
        yield f"The API action {match['action']} only reads, and Scheduler does not support it."
    elif arn.split(":", 6)[6] not in TARGETS:
        known = ", ".join(TARGETS)
        yield f"The API action {arn} is not valid, or the sandbox does not know it: {known}"
    if text is None:
        yield "Input is required for a universal target."


def invoke(place: CallPlace, arn: str, text: str) -> None:
    """Make the call. Raises InvocationError."""
    target, given = TARGETS[arn.split(":", 6)[6]], json.loads(text)
    if missing := sorted(target.keys - given.keys()):
        raise InvocationError(
            "ValidationException", f"The request must contain the parameter {', '.join(missing)}"
        )
    try:
        target.call(place, given)
    except InvocationError:
        raise
    except CanaryError as error:
        raise InvocationError(error.code, str(error), is_passing=error.code in _STATE) from None
    except Exception as error:
        code = str(
            getattr(error, "error_type", None)
            or getattr(error, "code", None)
            or type(error).__name__
        )
        words = getattr(error, "message", None) or str(error)
        raise InvocationError(code, words, is_passing=code in _STATE) from None


def _start_database(place: CallPlace, given: Mapping[str, Any]) -> None:
    name = given["DbInstanceIdentifier"]
    place.require("rds:StartDBInstance", place.arn("rds", f"db:{name}"))
    rds_backends[place.account][place.region].start_db_instance(name)


def _stop_database(place: CallPlace, given: Mapping[str, Any]) -> None:
    name = given["DbInstanceIdentifier"]
    place.require("rds:StopDBInstance", place.arn("rds", f"db:{name}"))
    rds_backends[place.account][place.region].stop_db_instance(name)


def _update_service(place: CallPlace, given: Mapping[str, Any]) -> None:
    cluster, service = given["Cluster"], given["Service"]
    place.require("ecs:UpdateService", place.arn("ecs", f"service/{cluster}/{service}"))
    backend = ecs_backends[place.account][place.region]
    backend.update_service(
        {"cluster": cluster, "service": service, "desired_count": given["DesiredCount"]}
    )


def _register_target(place: CallPlace, given: Mapping[str, Any]) -> None:
    namespace, dimension = given["ServiceNamespace"], given["ScalableDimension"]
    backend: Any = applicationautoscaling_backends[place.account][place.region]
    known = backend.targets.get(dimension, {}).get(given["ResourceId"])
    tags = application_autoscaling.tags_of(known) if known else {}
    place.require(
        "application-autoscaling:RegisterScalableTarget",
        known.arn if known else place.arn("application-autoscaling", "scalable-target/new"),
        {
            "application-autoscaling:service-namespace": namespace,
            "application-autoscaling:scalable-dimension": dimension,
            **{f"aws:resourcetag/{key}".lower(): value for key, value in tags.items()},
        },
    )
    for action in ("ecs:DescribeServices", "ecs:UpdateService"):
        place.require(action, place.arn("ecs", given["ResourceId"]))
    least, most = given.get("MinCapacity"), given.get("MaxCapacity")
    if least is not None and most is not None:
        application_autoscaling.refuse_bounds(int(least), int(most))
    move_into_bounds(
        backend.register_scalable_target(
            namespace, given["ResourceId"], dimension, least, most, None, None
        )
    )


def _of_alarms(place: CallPlace, action: str, names: Sequence[str]) -> Any:
    if len(names) > alarms.PAGE:
        raise InvocationError("ValidationError", f"AlarmNames has at most {alarms.PAGE} members.")
    for name in names:
        place.require(f"cloudwatch:{action}", place.arn("cloudwatch", f"alarm:{name}"))
    return cloudwatch_backends[place.account][place.region]


def _enable_alarms(place: CallPlace, given: Mapping[str, Any]) -> None:
    names = given["AlarmNames"]
    _of_alarms(place, "EnableAlarmActions", names).enable_alarm_actions(names)


def _disable_alarms(place: CallPlace, given: Mapping[str, Any]) -> None:
    names = given["AlarmNames"]
    _of_alarms(place, "DisableAlarmActions", names).disable_alarm_actions(names)


def _canary(place: CallPlace, action: str, name: str) -> Any:
    place.require(f"synthetics:{action}", place.arn("synthetics", f"canary:{name}"))
    if name not in CANARIES:
        raise InvocationError("ResourceNotFoundException", f"Canary {name} not found")
    return CANARIES[name]


def _start_canary(place: CallPlace, given: Mapping[str, Any]) -> None:
    _canary(place, "StartCanary", given["Name"]).start()


def _stop_canary(place: CallPlace, given: Mapping[str, Any]) -> None:
    _canary(place, "StopCanary", given["Name"]).stop()


_DATABASE, _CANARY, _ALARMS = (
    frozenset({key}) for key in ("DbInstanceIdentifier", "Name", "AlarmNames")
)

TARGETS: Mapping[str, UniversalTarget] = {
    "applicationautoscaling:registerScalableTarget": UniversalTarget(
        frozenset({"ServiceNamespace", "ResourceId", "ScalableDimension"}), _register_target
    ),
    "cloudwatch:disableAlarmActions": UniversalTarget(_ALARMS, _disable_alarms),
    "cloudwatch:enableAlarmActions": UniversalTarget(_ALARMS, _enable_alarms),
    "ecs:updateService": UniversalTarget(
        frozenset({"Cluster", "Service", "DesiredCount"}), _update_service
    ),
    "rds:startDBInstance": UniversalTarget(_DATABASE, _start_database),
    "rds:stopDBInstance": UniversalTarget(_DATABASE, _stop_database),
    "synthetics:startCanary": UniversalTarget(_CANARY, _start_canary),
    "synthetics:stopCanary": UniversalTarget(_CANARY, _stop_canary),
}
"""Service and action -> the call."""
