"""The parts of an environment that sleep, by their names in AWS and in their order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, names
from pay.model.alarms import alarms
from pay.model.monitoring.dead_letters import dead_letters_alarm
from pay.model.monitoring.outage import platform_outage
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.scaling.side_scaling import scaling_of
from pay.model.service.call_graph import release_waves
from pay.model.side import ServiceSide
from pay.smoke.alarms import alarm_name
from pay.smoke.targets import targets


@dataclass(frozen=True)
class SleepingSide:
    """One side of a service, which has no tasks while the environment sleeps."""

    side: ServiceSide
    wave: int
    """Its place when the environment wakes: 0 calls nobody, each next one calls those before."""

    @property
    def name(self) -> str:
        return f"{self.side.service.name}-{self.side.side}"

    @property
    def is_scaled(self) -> bool:
        """Return whether bounds of scaling decide its count; EC2's count is written."""
        return self.side.side is Side.FARGATE

    @property
    def resource_id(self) -> str:
        """Return the id of its scalable target."""
        return f"service/{self.side.cluster}/{self.side.service.name}"

    @property
    def awake(self) -> tuple[int, int]:
        """Return the fewest and the most tasks that it has awake. Nothing else schedules them in an
        environment that sleeps.
        """
        scaling = scaling_of(self.side)
        return scaling.min, scaling.max


def sides(environment: Environment) -> tuple[SleepingSide, ...]:
    """Return every side that runs at its service's stage, those that are called before their
    callers.
    """
    edges = {name: service.called for name, service in CATALOGUE.items()}
    waves = release_waves(edges, environment.services)
    return tuple(
        SleepingSide(ServiceSide(CATALOGUE[name], environment, side), number)
        for number, wave in enumerate(waves)
        for name in wave
        for side in Side
        if environment.services[name].stage.has(side)
    )


def databases(environment: Environment) -> tuple[str, ...]:
    """Return the identifiers of the databases, which exist already."""
    return tuple(
        names.database(environment.name, name, database.identifier_suffix)
        for name in environment.services
        if (database := CATALOGUE[name].database)
    )


def canaries(environment: Environment) -> tuple[str, ...]:
    """Return the names of the canaries with a schedule; `pay smoke` alone starts the others."""
    return tuple(target.name for target in targets(environment) if target.side is None)


def alarm_names(environment: Environment) -> tuple[str, ...]:
    """Return the names of the alarms that would notify while the environment sleeps.

    Those of target tracking are AWS's own, and the one on failed waking has to work in sleep.
    """
    return tuple(
        sorted(chain(_of_sides(environment), _of_services(environment), _others(environment)))
    )


def _of_sides(environment: Environment) -> Iterator[str]:
    for part in sides(environment):
        service, side = part.side.service.name, part.side.side
        for alarm in alarms(part.side):
            yield names.alarm(environment.name, service, side, alarm.name)


def _of_services(environment: Environment) -> Iterator[str]:
    if environment.monitoring:
        for name in environment.services:
            yield from alarms_over_both(CATALOGUE[name], environment)
        yield names.environment_alarm(environment.name, platform_outage(environment).name)


def _others(environment: Environment) -> Iterator[str]:
    if environment.tasks:
        yield names.environment_alarm(environment.name, dead_letters_alarm(environment).name)
    yield from (alarm_name(target) for target in targets(environment) if target.side is None)
