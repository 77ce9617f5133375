"""One side of a service of the catalogue, rendered without the rest of the estate."""

from collections.abc import Mapping
from functools import cache

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.service.ec2 import Ec2Service
from pay.service.fargate import FargateService
from tests.support.services import at_stage, unhardened
from tests.support.synthesised import SideOf, Synthesised, rendered

SERVICES: Mapping[Side, type[Ec2Service] | type[FargateService]] = {
    Side.EC2: Ec2Service,
    Side.FARGATE: FargateService,
}


@pytest.fixture(scope="session")
def side_of(environments: Mapping[str, Environment]) -> SideOf:
    """Renders a service on a side at a stage; the same question twice is answered once."""

    @cache
    def render(
        name: str, side: Side, stage: Stage = Stage.HALF, environment: str = "production-2"
    ) -> Synthesised:
        return _rendered(at_stage(environments[environment], name, stage), name, side)

    return render


@pytest.fixture(scope="session")
def as_it_ran(environments: Mapping[str, Environment]) -> SideOf:
    """Renders a service on a side while its EC2 side is taken over unhardened."""

    @cache
    def render(
        name: str, side: Side, stage: Stage = Stage.DARK, environment: str = "sandbox"
    ) -> Synthesised:
        moved = at_stage(environments[environment], name, stage)
        return _rendered(unhardened(moved, name), name, side)

    return render


def _rendered(environment: Environment, name: str, side: Side) -> Synthesised:
    return rendered(
        lambda stack: SERVICES[side](
            stack, "Default", service=CATALOGUE[name], environment=environment
        )
    )
