"""`<env>-smoke`: the smoke tests of both sides, and those that run on a schedule."""

from constructs import Construct

from pay.model import Environment
from pay.model.stacks import SMOKE
from pay.smoke.canaries import Canaries
from stacks.base import PayStack


class SmokeStack(PayStack):
    """Comes after the sides, whose load balancers it looks up."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, SMOKE, environment)
        assert environment.smoke is not None
        self.canaries = Canaries(self, environment, environment.smoke)
