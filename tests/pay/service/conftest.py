"""One side of a service of the catalogue, rendered without the rest of the estate."""

from collections.abc import Mapping
from functools import cache

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.service.ec2 import Ec2Service
from pay.service.fargate import FargateService
from tests.support.services import at_stage
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
        moved = at_stage(environments[environment], name, stage)
        return rendered(
            lambda stack: SERVICES[side](
                stack, "Default", service=CATALOGUE[name], environment=moved
            )
        )

    return render
