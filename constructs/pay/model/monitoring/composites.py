"""The composite alarms of a service, one function each. Add one here.

A critical alarm of one side shows a fault of that side only while the other side is well. There,
neither the alarm's twin nor any critical alarm goes off. The twin has the same name and may only
warn. Where the other side is not well, moving traffic would not help.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from pay.model import names
from pay.model.alarms import Alarm, alarms
from pay.model.base import Model
from pay.model.environment.environment import Environment
from pay.model.monitoring.dip import dip_alarm
from pay.model.monitoring.share import share_alarm
from pay.model.monitoring.stages import has_composites
from pay.model.service.microservice import Microservice
from pay.model.side import ServiceSide
from pay.model.vocabulary import Severity, Side

MAX_CHILDREN = 100
"""Alarms that one rule may name (AWS: CloudWatch API reference, `PutCompositeAlarm`)."""

SUPPRESSOR_WAIT_SECONDS = 60
"""Every message waits so long for the alarm of the platform to go off as well."""
SUPPRESSOR_EXTENSION_SECONDS = 300
"""After an outage of the platform, until services are well again."""


class Composite(Model):
    """An alarm over alarms, in the values that CloudWatch accepts."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """The last part of its name in AWS."""
    rule: Annotated[str, Field(min_length=1, max_length=10_240)]
    """AWS: API reference, `PutCompositeAlarm`, `AlarmRule`."""
    children: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_CHILDREN)]
    """The names of the alarms in the rule."""
    severity: Severity
    description: Annotated[str, Field(max_length=1024)]


@dataclass(frozen=True)
class Children:
    """The alarms of a service that its composite alarms stand over."""

    service: Microservice
    environment: Environment

    @cached_property
    def of_sides(self) -> dict[Side, dict[str, Alarm]]:
        """Return the alarms of each side by their last name."""
        sides = {side: ServiceSide(self.service, self.environment, side) for side in Side}
        return {side: {each.name: each for each in alarms(sides[side])} for side in Side}

    def name(self, side: Side, what: str) -> str:
        return names.alarm(self.environment.name, self.service.name, side, what)

    def of_service(self, alarm: Alarm) -> str:
        """Return the name of an alarm over both sides."""
        return names.service_alarm(self.environment.name, self.service.name, alarm.name)

    def with_severity(self, side: Side, severity: Severity) -> Iterator[str]:
        """Return the last names of the side's alarms of this severity."""
        return (each.name for each in self.of_sides[side].values() if each.severity is severity)

    def alone(self, side: Side, what: str) -> str:
        """Return the rule that the alarm goes off on this side while the other is well."""
        other = Side.EC2 if side is Side.FARGATE else Side.FARGATE
        sick = [each for each in self.of_sides[other] if self._is_of_both(what, side, each, other)]
        terms = (f"NOT {_in_alarm(self.name(other, each))}" for each in sick)
        rule = " AND ".join((_in_alarm(self.name(side, what)), *terms))
        return f"({rule})" if sick else rule

    def while_ec2_is_well(self, alarm: Alarm) -> str:
        """Return the rule that an alarm over both sides goes off, and no critical one of EC2's.
        Otherwise a rollback would lead more requests to a side that fails.
        """
        critical = self.with_severity(Side.EC2, Severity.CRITICAL)
        terms = (f"NOT {_in_alarm(self.name(Side.EC2, each))}" for each in critical)
        return f"({' AND '.join((_in_alarm(self.of_service(alarm)), *terms))})"

    def on_both(self) -> Iterator[str]:
        """Yield the rule that both sides have a fault, for each two alarms that show it."""
        for what in self.of_sides[Side.EC2]:
            for other in self.of_sides[Side.FARGATE]:
                if self._is_of_both(what, Side.EC2, other, Side.FARGATE):
                    pair = (self.name(Side.EC2, what), self.name(Side.FARGATE, other))
                    yield f"({' AND '.join(map(_in_alarm, pair))})"

    def _is_of_both(self, what: str, side: Side, other: str, other_side: Side) -> bool:
        """Return whether the two alarms together are a fault of both sides. They are two critical
        ones, or twins of which one is critical.
        """
        pair = (self.of_sides[side][what], self.of_sides[other_side][other])
        critical = [each.severity is Severity.CRITICAL for each in pair]
        return all(critical) or (what == other and any(critical))


def composites(service: Microservice, environment: Environment) -> tuple[Composite, ...]:
    """Return the composite alarms of a service at its stage; none while one side answers alone."""
    if not has_composites(environment, environment.services[service.name].stage):
        return ()
    children = Children(service, environment)
    alarms = (make(children) for make in _COMPOSITES)
    return tuple(composite for composite in alarms if composite)


def _rollback(children: Children) -> Composite | None:
    where = "on Fargate and not on EC2"
    if dip := dip_alarm(children.service, children.environment):
        advice = f"{where}, or almost no request arrives while EC2 is well: roll it back."
        return _alone(children, Side.FARGATE, "rollback", advice, children.while_ec2_is_well(dip))
    return _alone(children, Side.FARGATE, "rollback", f"{where}: roll it back.")


def _ec2_alone(children: Children) -> Composite | None:
    advice = "on EC2 and not on Fargate: do not roll it back."
    return _alone(children, Side.EC2, "ec2-alone", advice)


def _alone(
    children: Children, side: Side, name: str, advice: str, *or_these: str
) -> Composite | None:
    """Return the alarm on critical faults of one side while the other is well."""
    return _composite(
        name,
        (
            *(
                children.alone(side, what)
                for what in children.with_severity(side, Severity.CRITICAL)
            ),
            *or_these,
        ),
        Severity.CRITICAL,
        f"{children.service.name} fails {advice}",
    )


def _both(children: Children) -> Composite | None:
    return _composite(
        "both",
        children.on_both(),
        Severity.CRITICAL,
        f"{children.service.name} fails on both sides: do not roll back blindly. Look at what "
        "both share first: database, queues, network, a release.",
    )


def _warning(children: Children) -> Composite | None:
    warnings = [
        children.name(side, what)
        for side in Side
        for what in children.with_severity(side, Severity.WARNING)
    ]
    share = share_alarm(children.service, children.environment)
    return _composite(
        "warning",
        map(_in_alarm, (*warnings, children.of_service(share))),
        Severity.WARNING,
        f"{children.service.name} is slow, or a side gets another share of its requests than it "
        "should.",
    )


_COMPOSITES: tuple[Callable[[Children], Composite | None], ...] = (
    _rollback,
    _ec2_alone,
    _both,
    _warning,
)


def _composite(
    name: str, any_of: Iterable[str], severity: Severity, description: str
) -> Composite | None:
    terms = tuple(any_of)
    if not terms:
        return None
    rule = " OR ".join(terms)
    return Composite(
        name=name,
        rule=rule,
        children=tuple(dict.fromkeys(rule.split('"')[1::2])),
        severity=severity,
        description=description,
    )


def _in_alarm(name: str) -> str:
    """Return the rule that an alarm is in ALARM; quotes keep any name whole."""
    return f'ALARM("{name}")'
