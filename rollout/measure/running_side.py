"""Reads the running parts of a service: ends of its load balancers' ARNs, deployments, alarms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from pay.model import Severity, names
from pay.model.alarms import alarms
from pay.model.metrics import Dimension, arn_suffix, side_dimensions
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side
from rollout.aws.clients import Client
from rollout.terminal.refusal import Failed


@dataclass(frozen=True)
class RunningSide:
    """One side as it runs."""

    dimensions: Mapping[Dimension, str]
    deployed_at: datetime


def read_running(sides: Mapping[Side, ServiceSide], client: Client) -> Mapping[Side, RunningSide]:
    """Return both sides as they run.

    Raises Failed for what does not exist, and when this machine's clock is not AWS's.
    """
    balancers = {
        each["LoadBalancerName"]: each["LoadBalancerArn"]
        for each in _described(
            client("elbv2").describe_load_balancers,
            "LoadBalancers",
            Names=[side.load_balancer for side in sides.values()],
        )
    }
    groups = {
        each["TargetGroupName"]: each["TargetGroupArn"]
        for each in _described(
            client("elbv2").describe_target_groups,
            "TargetGroups",
            Names=[side.target_group for side in sides.values()],
        )
    }
    return {
        name: _running(
            side, balancers[side.load_balancer], groups[side.target_group], client("ecs")
        )
        for name, side in sides.items()
    }


def _running(side: ServiceSide, balancer: str, group: str, ecs: Any) -> RunningSide:
    name = side.service.name
    answer = ecs.describe_services(cluster=side.cluster, services=[name])
    deployments = [deployment for each in answer["services"] for deployment in each["deployments"]]
    primary = next((each for each in deployments if each["status"] == "PRIMARY"), None)
    if primary is None:
        raise Failed(f"cluster {side.cluster} has no service {name}; deploy its side first")
    return RunningSide(
        dimensions=side_dimensions(
            side,
            load_balancer=arn_suffix(balancer),
            target_group=arn_suffix(group),
        ),
        deployed_at=primary["createdAt"],
    )


def read_alarms(
    sides: Mapping[Side, ServiceSide], client: Client
) -> Mapping[str, Mapping[Side, bool | None]]:
    """Return each alarm that is critical on a side, by its name without the side. Its value is
    whether it is in ALARM on each side that has it; None if it does not exist. Its twin may only
    warn, as EC2's failures do from `cutover` on.
    """
    rows = [(name, side, alarm) for name, side in sides.items() for alarm in alarms(side)]
    critical = {alarm.name for _, _, alarm in rows if alarm.severity is Severity.CRITICAL}
    wanted = {
        names.alarm(side.environment.name, side.service.name, name, alarm.name): (alarm.name, name)
        for name, side, alarm in rows
        if alarm.name in critical
    }
    # A side has a few alarms, and AWS returns a hundred by their names in one answer.
    answer = client("cloudwatch").describe_alarms(AlarmNames=list(wanted), MaxRecords=100)
    states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in answer["MetricAlarms"]}
    ringing: dict[str, dict[Side, bool | None]] = {}
    for full_name, (name, side) in wanted.items():
        state = states.get(full_name)
        ringing.setdefault(name, {})[side] = None if state is None else state == "ALARM"
    return ringing


def _described(describe: Any, key: str, **asked: Any) -> list[dict[str, Any]]:
    try:
        answer: dict[str, Any] = describe(**asked)
    except ClientError as error:
        raise Failed(
            f"{error.response['Error']['Message']} ({', '.join(asked['Names'])}); deploy both "
            "sides first, or check the right to describe load balancers"
        ) from None
    _check_clock(answer)
    described: list[dict[str, Any]] = answer[key]
    return described


CLOCK_DIFFERENCE = timedelta(minutes=2)
"""Less than the minutes that are left out because metrics come late."""


def _check_clock(answer: Mapping[str, Any]) -> None:
    """Raise Failed when this machine's clock differs from AWS's, which dates its answers. The judge
    would take minutes that are not there yet for minutes without requests.
    """
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if date and abs(difference := datetime.now(UTC) - parsedate_to_datetime(date)) > (
        CLOCK_DIFFERENCE
    ):
        raise Failed(
            f"this machine's clock is {difference.total_seconds() / 60:+.0f} minutes from AWS's; "
            "set it right and run it again"
        )
