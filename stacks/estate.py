"""Which stacks an environment has, and in which order they are deployed."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cdktf import App, TerraformStack

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, names
from stacks.ec2 import Ec2Stack
from stacks.fargate import FargateStack
from stacks.platform import PlatformStack
from stacks.traffic import TrafficStack


class Estate:
    """Builds the stacks whose ids match one of the patterns (shell globs; none: all)."""

    def __init__(self, app: App, patterns: Iterable[str] = ()) -> None:
        self._app = app
        self._patterns = tuple(patterns)

    def add(self, environment: Environment) -> None:
        """The stacks of one environment."""
        platform = None
        if self._wanted(names.platform_stack(environment.name)):
            platform = PlatformStack(self._app, environment)
        for name in environment.services:
            self._add_service(environment, name, platform)

    def _add_service(
        self, environment: Environment, name: str, platform: TerraformStack | None
    ) -> None:
        service = CATALOGUE[name]
        sides: list[TerraformStack] = []
        if self._wanted(names.side_stack(environment.name, name, Side.EC2)):
            sides.append(Ec2Stack(self._app, environment, service))
        if self._wanted(names.side_stack(environment.name, name, Side.FARGATE)):
            sides.append(FargateStack(self._app, environment, service))
        for side in sides:
            if platform:
                side.add_dependency(platform)
        if self._wanted(names.traffic_stack(environment.name, name)):
            traffic = TrafficStack(self._app, environment, service)
            for side in sides:
                traffic.add_dependency(side)

    def _wanted(self, stack_id: str) -> bool:
        return not self._patterns or any(fnmatchcase(stack_id, p) for p in self._patterns)
