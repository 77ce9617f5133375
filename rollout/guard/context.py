"""What a rule knows besides the plan it judges: the other plans and the environments' files."""

from collections.abc import Mapping
from dataclasses import dataclass

from pay.model import Environment, Stage
from rollout.plans.read import StackPlan


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
        """The stage that the environment's file declares for the plan's service; None: the stack is
        of no single service.
        """
        service = plan.stack.service
        return self.environment(plan).services[service].stage if service else None

    def stage_before(self, plan: StackPlan) -> Stage | None:
        """The stage that the file declared before the change; None: not known."""
        environment = (self.base or {}).get(plan.stack.environment)
        service = plan.stack.service
        if environment is None or service is None or service not in environment.services:
            return None
        return environment.services[service].stage

    def traffic_plan(self, plan: StackPlan) -> StackPlan | None:
        """The plan of the records of the same service in the same environment."""
        return next(
            (
                other
                for other in self.plans
                if other.stack.kind.holds_records
                and other.stack.environment == plan.stack.environment
                and other.stack.service == plan.stack.service
            ),
            None,
        )
