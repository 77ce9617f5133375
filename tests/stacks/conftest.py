"""The whole estate synthesised once a session, and variants of one environment."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from pay.model import Environment, Stage
from tests.support import services
from tests.support.synthesised import Synthesised, synthesise


@pytest.fixture(scope="session")
def estate(environments: Mapping[str, Environment]) -> Iterator[Mapping[str, Synthesised]]:
    """Every stack of every environment."""
    yield synthesise(environments.values())


AtStage = Callable[..., Synthesised]


@pytest.fixture
def at_stage(environments: Mapping[str, Environment]) -> AtStage:
    """A stack as it would be with one service at another stage."""

    def build(stack: str, service: str, stage: Stage, environment: str = "sandbox") -> Synthesised:
        changed = services.at_stage(environments[environment], service, stage)
        return synthesise([changed], [stack])[stack]

    return build
