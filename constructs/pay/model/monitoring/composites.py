"""The composite alarms of a service, one function each: add one here.

An alarm and its twin on the other side have the same name. A twin that is well shows that the
fault is of one side; a twin that is not well shows that moving traffic would not help.
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
from pay.model.monitoring.share import share_alarm
from pay.model.monitoring.stages import has_composites
from pay.model.service.microservice import Microservice
from pay.model.side import ServiceSide
from pay.model.vocabulary import Severity, Side

MAX_CHILDREN = 100
"""Alarms that one rule may name (AWS: CloudWatch API reference, `PutCompositeAlarm`)."""

SUPPRESSOR_WAIT_SECONDS = 60
"""For the alarm of the platform to go off as well: so long every message waits."""
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

    def with_severity(self, side: Side, severity: Severity) -> Iterator[str]:
        """Return the last names of the side's alarms of this severity."""
        return (each.name for each in self.of_sides[side].values() if each.severity is severity)

    def alone(self, side: Side, what: str) -> str:
        """Return the rule that the alarm goes off on this side and not on the other."""
        other = Side.EC2 if side is Side.FARGATE else Side.FARGATE
        rule = _in_alarm(self.name(side, what))
        if what not in self.of_sides[other]:
            return rule
        return f"({rule} AND NOT {_in_alarm(self.name(other, what))})"

    def on_both(self, what: str) -> str:
        return f"({' AND '.join(_in_alarm(self.name(side, what)) for side in Side)})"


def composites(service: Microservice, environment: Environment) -> tuple[Composite, ...]:
    """Return the composite alarms of a service at its stage; none while one side answers alone."""
    if not has_composites(environment, environment.services[service.name].stage):
        return ()
    children = Children(service, environment)
    made = (make(children) for make in _COMPOSITES)
    return tuple(composite for composite in made if composite)


def _rollback(children: Children) -> Composite | None:
    return _alone(children, Side.FARGATE, "rollback", "on Fargate and not on EC2: roll it back.")


def _ec2_alone(children: Children) -> Composite | None:
    advice = "on EC2 and not on Fargate: do not roll it back."
    return _alone(children, Side.EC2, "ec2-alone", advice)


def _alone(children: Children, side: Side, name: str, advice: str) -> Composite | None:
    """Return the alarm on critical faults that one side has and the other has not."""
    return _composite(
        name,
        (children.alone(side, what) for what in children.with_severity(side, Severity.CRITICAL)),
        Severity.CRITICAL,
        f"{children.service.name} fails {advice}",
    )


def _both(children: Children) -> Composite | None:
    on_both = children.of_sides[Side.EC2].keys() & children.of_sides[Side.FARGATE].keys()
    critical = {
        what for side in Side for what in children.with_severity(side, Severity.CRITICAL)
    } & on_both
    return _composite(
        "both",
        (children.on_both(what) for what in sorted(critical)),
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
    service, environment = children.service.name, children.environment.name
    of_service = names.service_alarm(environment, service, share.name)
    return _composite(
        "warning",
        map(_in_alarm, (*warnings, of_service)),
        Severity.WARNING,
        f"{service} is slow, or a side gets another share of its requests than it should.",
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
