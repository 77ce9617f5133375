"""The whole estate, and variants of one environment."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pay.model import Environment, Stage
from tests.support import services
from tests.support.synthesised import Synthesised, synthesise


@pytest.fixture(scope="session")
def estate(written: Path) -> Mapping[str, Synthesised]:
    """Every stack of every environment: what cdktf synthesised lies beside the HCL."""
    return {
        path.parent.name: Synthesised(path.parent.name, json.loads(path.read_bytes()))
        for path in sorted(written.glob("*/metadata.json"))
    }


AtStage = Callable[..., Synthesised]


@pytest.fixture
def at_stage(environments: Mapping[str, Environment]) -> AtStage:
    """A stack as it would be with one service at another stage."""

    def build(stack: str, service: str, stage: Stage, environment: str = "sandbox") -> Synthesised:
        changed = services.at_stage(environments[environment], service, stage)
        return synthesise([changed], [stack])[stack]

    return build
