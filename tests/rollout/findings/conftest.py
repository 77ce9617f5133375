"""Findings of test-12, read from tools that answer what a test gives them."""

from collections.abc import Callable
from typing import Any

import pytest

from pay.environments.load import load_environments
from pay.model import Environment
from pay.model.watching.accounts import Administrator, Road, Topics, Watching
from rollout.findings.read import Answers, read
from tests.support.checkout import COMMITTED
from tests.support.found import NOW, Tools

TOPICS = Topics(page="page", ticket="ticket", weekly="weekly")

Ask = Callable[..., Answers]


@pytest.fixture(scope="session")
def target() -> Environment:
    """Return an environment that shares its account with test-perf-1."""
    return load_environments(COMMITTED)["test-12"]


def by(road: Road, environment: Environment) -> Environment:
    """Return an environment whose account is watched along a road."""
    watching = Watching(administrator=Administrator.STANDALONE, road=road, topics=TOPICS)
    return environment.model_copy(update={"watching": watching})


@pytest.fixture
def ask(target: Environment) -> Ask:
    """Read what tools answer about test-12; keywords are those of `Tools`."""

    def run(road: Road = Road.DIRECT, suppressions: Any = (), **tools: Any) -> Answers:
        others, own = ("test-12", "test-perf-1"), by(road, target)
        client = Tools(**tools)
        return read(own, others, client, suppressions=suppressions, since=NOW, now=NOW)

    return run
