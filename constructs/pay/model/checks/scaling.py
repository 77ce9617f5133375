"""Checks of what scales services: against the catalogue, their stages, and today."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pay.model.environment.environment import Environment
from pay.model.environment.scaling import Event
from pay.model.problem import Problem, did_you_mean
from pay.model.service.call_graph import Catalogue
from pay.model.vocabulary import LoadBalancerType

ENDED_EVENTS_STAY = timedelta(days=7)
"""The time after its end for which an event may stay in the file without a warning. Its actions
have fired and change nothing."""


def scaling_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield the numbers of services that do not suit what they do."""
    zones = len(environment.network.zones)
    for name, deployment in environment.services.items():
        service = catalogue.get(name)
        if service is None:
            continue
        night, scaling = deployment.tasks.night, deployment.scaling
        if environment.production and service.takes_payments and night and night < zones:
            yield Problem(
                key=f"services.{name}.tasks.night",
                found=str(night),
                allowed=f"at least {zones}, a task in each zone: every payment passes {name}",
            )
        is_counted = service.load_balancer_type is LoadBalancerType.APPLICATION
        if scaling and scaling.requests_per_task is not None and not is_counted:
            yield Problem(
                key=f"services.{name}.scaling.requests_per_task",
                found=str(scaling.requests_per_task),
                allowed="nothing: a Network Load Balancer counts no requests",
                fix="remove it, and scale by CPU",
            )


def past_event_problems(
    environment: Environment, now: datetime, stay: timedelta = ENDED_EVENTS_STAY
) -> Iterator[Problem]:
    """Yield the events that ended longer ago than `stay`. No file is refused for them: they change
    nothing, and a rollback must not wait for tidiness.
    """
    local = now.astimezone(ZoneInfo(environment.scaling.timezone)).replace(tzinfo=None)
    for number, event in enumerate(environment.events):
        if event.ends < local - stay:
            yield Problem(
                key=f"events.{number}.to",
                found=f"{event.ends}, which is past",
                allowed="events to come",
                fix=f"remove the event {event.name}, or correct its dates",
            )


def event_service_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield the events that do not do for a service what they say."""
    for number, event in enumerate(environment.events):
        for name in event.services:
            for problem in _of_service(environment, catalogue, event, name):
                yield replace(problem, key=f"events.{number}.{problem.key}")


def _of_service(
    environment: Environment, catalogue: Catalogue, event: Event, name: str
) -> Iterator[Problem]:
    if name not in catalogue:
        yield Problem(
            key="services",
            found=f"{name}, an unknown service",
            allowed=", ".join(catalogue),
            fix=did_you_mean(name, catalogue),
        )
        return
    if name not in environment.services:
        return  # reported as a service that is missing or unreadable
    tasks, stage = environment.services[name].tasks, environment.services[name].stage
    if event.min < tasks.min:
        yield Problem(
            key="min",
            found=f"{event.min}, fewer tasks of {name} than usual",
            allowed=f"at least its tasks.min, which is {tasks.min}",
        )
    is_pinned = stage.pins_fargate_at_peak or not stage.has_fargate
    if is_pinned and event.min > tasks.peak:
        yield Problem(
            key="min",
            found=f"{event.min} tasks of {name}, which is at {stage}",
            allowed=f"at most its tasks.peak, which is {tasks.peak}. From legacy to soak both "
            "sides stay at the peak, and nothing changes it by schedule",
            fix=f"raise services.{name}.tasks.peak until the event is over",
        )
    elif event.min > tasks.most:
        yield Problem(
            key="min",
            found=f"{event.min}, more tasks of {name} than it may have",
            allowed=f"at most {tasks.most}: its tasks.max, or else twice its peak",
        )
