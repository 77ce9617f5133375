"""Which stacks an environment has, and in which order they are deployed."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from cdktf import App, TerraformStack

from pay.catalogue import CATALOGUE
from pay.environments.adopted import Imports
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

    def add(
        self, environment: Environment, adopted: Mapping[str, Imports] = MappingProxyType({})
    ) -> None:
        """The stacks of one environment; `adopted` says by stack id what is taken over."""
        platform = None
        if self._wanted(names.platform_stack(environment.name)):
            platform = PlatformStack(self._app, environment)
            platform.adopt(adopted.get(names.platform_stack(environment.name), {}))
        for name in environment.services:
            self._add_service(environment, name, platform, adopted)

    def _add_service(
        self,
        environment: Environment,
        name: str,
        platform: TerraformStack | None,
        adopted: Mapping[str, Imports],
    ) -> None:
        service, stage = CATALOGUE[name], environment.services[name].stage
        sides: list[TerraformStack] = []
        ec2_id = names.side_stack(environment.name, name, Side.EC2)
        if self._wanted(ec2_id):
            ec2 = Ec2Stack(self._app, environment, service)
            if stage.has_ec2:
                ec2.adopt(adopted.get(ec2_id, {}))
            sides.append(ec2)
        if self._wanted(names.side_stack(environment.name, name, Side.FARGATE)):
            sides.append(FargateStack(self._app, environment, service))
        for side in sides:
            if platform:
                side.add_dependency(platform)
        traffic_id = names.traffic_stack(environment.name, name)
        if self._wanted(traffic_id):
            traffic = TrafficStack(self._app, environment, service)
            if any(record.side is Side.EC2 for record in environment.ladder.records(stage)):
                traffic.adopt(adopted.get(traffic_id, {}))
            for side in sides:
                traffic.add_dependency(side)

    def _wanted(self, stack_id: str) -> bool:
        return not self._patterns or any(fnmatchcase(stack_id, p) for p in self._patterns)
