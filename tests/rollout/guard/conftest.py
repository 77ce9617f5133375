"""The guard, on plans made small."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from rollout.guard.verdict import Refusal
from tests.support.plans import ENVIRONMENT, Json, at, judged

Judge = Callable[..., tuple[Refusal, ...]]


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    """The environment that the small plans are of."""
    return environments[ENVIRONMENT]


@pytest.fixture
def refused(sandbox: Environment, tmp_path: Path) -> Judge:
    """What the guard refuses in some plans, with the service at a stage; `before`: the stage that
    the files of before the change say.
    """

    def run(
        *plans: Json, stage: Stage = Stage.LEGACY, before: Stage | None = None, **more: Any
    ) -> tuple[Refusal, ...]:
        if before:
            more["base"] = {sandbox.name: at(sandbox, before)}
        return judged(tmp_path, plans, at(sandbox, stage), **more).refused

    return run


def found(refused: Judge, *plans: Json, stage: Stage) -> set[str]:
    """The rules that refuse something in the plans of a service at a stage."""
    return {refusal.rule for refusal in refused(*plans, stage=stage)}
