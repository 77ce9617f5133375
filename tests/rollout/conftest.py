"""A copy of the environment files in which nothing has moved yet, and the command `pay` on it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rollout.cli import app
from tests.support.checkout import Checkout, Pay, PayJson, fresh_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Every service of every environment at `legacy`."""
    return fresh_checkout(tmp_path / "environments")


@pytest.fixture
def pay(checkout: Checkout) -> Pay:
    """Runs `pay` with some arguments on the checkout."""

    def run(*arguments: str, columns: int = 160) -> Result:
        environment = {"PAY_ENVIRONMENTS": str(checkout.folder), "COLUMNS": str(columns)}
        return CliRunner().invoke(app, list(arguments), env=environment)

    return run


@pytest.fixture
def pay_json(pay: Pay) -> PayJson:
    """Runs `pay ... --json`: its exit code and its answer."""

    def run(*arguments: str) -> tuple[int, Any]:
        result = pay(*arguments, "--json")
        return result.exit_code, json.loads(result.stdout)

    return run
