"""Defines what a rule reads, the plans of one change, and what it yields, its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.model import Environment, Stage
from rollout.plans.read import StackPlan


@dataclass(frozen=True)
class Finding:
    """One thing that a rule refuses."""

    address: str
    """The resource's address in its stack; empty: the plan as a whole."""
    saw: str
    do: str


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Context:
    """The set of plans that one change makes."""

    plans: tuple[StackPlan, ...]
    environments: Mapping[str, Environment]
    base: Mapping[str, Environment] | None = None
    """The environments as they are before the change; None: not given, so that the stage before is
    read from the records alone."""

    def environment(self, plan: StackPlan) -> Environment:
        return self.environments[plan.stack.environment]

    def stage(self, plan: StackPlan) -> Stage | None:
        """Return the stage that the environment's file declares for the plan's service; None for a
        stack that does not belong to one service.
        """
        service = plan.stack.service
        return self.environment(plan).services[service].stage if service else None

    def stage_before(self, plan: StackPlan) -> Stage | None:
        """Return the stage that the file declared before the change; None: not known."""
        environment = (self.base or {}).get(plan.stack.environment)
        services = environment.services if environment else {}
        service = services.get(plan.stack.service or "")
        return service.stage if service else None

    def traffic_plan(self, plan: StackPlan) -> StackPlan | None:
        """Return the plan of the records of the same service in the same environment."""
        place = (plan.stack.environment, plan.stack.service)
        traffic = (p for p in self.plans if p.stack.kind.holds_records)
        return next((p for p in traffic if (p.stack.environment, p.stack.service) == place), None)
