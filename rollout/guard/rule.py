"""Defines what a rule reads, the plans of one change, and what it yields, its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.catalogue import CATALOGUE
from pay.model import Environment, Stage
from pay.model.environment.environment import Deployment
from pay.model.side import ServiceSide
from rollout.plans.read import StackPlan


@dataclass(frozen=True)
class GuardFinding:
    """One thing that a rule refuses."""

    address: str
    """The resource's address in its stack; empty for the plan as a whole."""
    saw: str
    do: str


Findings = Iterator[GuardFinding]


@dataclass(frozen=True)
class Context:
    """The set of plans that one change makes."""

    plans: tuple[StackPlan, ...]
    environments: Mapping[str, Environment]
    base: Mapping[str, Environment] | None = None
    """The environments as they are before the change. None: not given, so the stage before is read
    from the records alone.
    """

    def environment(self, plan: StackPlan) -> Environment:
        return self.environments[plan.stack.environment]

    def deployment(self, plan: StackPlan) -> Deployment | None:
        """Return what the environment's file says about the plan's service. None: the stack does
        not belong to one service.
        """
        return _deployment(self.environments, plan)

    def deployment_before(self, plan: StackPlan) -> Deployment | None:
        """Return what the file said about it before the change; None if that is not known."""
        return _deployment(self.base or {}, plan)

    def side(self, plan: StackPlan) -> ServiceSide | None:
        """Return the side of the plan's stack. None: another stack, or a service that the
        environment does not have.
        """
        return _side(self.environments, plan)

    def side_before(self, plan: StackPlan) -> ServiceSide | None:
        """Return the side by the files of before the change; None if that is not known."""
        return _side(self.base or {}, plan)

    def stage(self, plan: StackPlan) -> Stage | None:
        """Return the stage that the file declares; None as `deployment`."""
        deployment = self.deployment(plan)
        return deployment.stage if deployment else None

    def stage_before(self, plan: StackPlan) -> Stage | None:
        """Return the stage that the file declared before the change; None if that is not known."""
        deployment = self.deployment_before(plan)
        return deployment.stage if deployment else None

    def traffic_plan(self, plan: StackPlan) -> StackPlan | None:
        """Return the plan of the records of the same service in the same environment."""
        place = (plan.stack.environment, plan.stack.service)
        traffic = (p for p in self.plans if p.stack.kind.holds_records)
        return next((p for p in traffic if (p.stack.environment, p.stack.service) == place), None)


def _side(environments: Mapping[str, Environment], plan: StackPlan) -> ServiceSide | None:
    side, service = plan.stack.kind.side, plan.stack.service
    if side is None or service is None or _deployment(environments, plan) is None:
        return None
    return ServiceSide(CATALOGUE[service], environments[plan.stack.environment], side)


def _deployment(environments: Mapping[str, Environment], plan: StackPlan) -> Deployment | None:
    environment = environments.get(plan.stack.environment)
    return environment.services.get(plan.stack.service or "") if environment else None
