"""A copy of the environment files in which nothing has moved yet, and the command `pay` on it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.client
import botocore.loaders
import botocore.session
import pytest
from typer.testing import CliRunner, Result

from pay.model import names
from rollout.cli import app
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.account import CREDENTIALS, ENVIRONMENT, Account, Adopt, account_call
from tests.support.checkout import Checkout, Pay, PayJson, fresh_checkout
from tests.support.warm_sandboxes import empty_sandbox

LOCKS = names.lock_bucket("sandbox")

NOWHERE = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""No credentials from anywhere else, and no profile."""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Every service of every environment at `legacy`."""
    return fresh_checkout(tmp_path / "environments")


@pytest.fixture
def pay(checkout: Checkout) -> Pay:
    """Runs `pay` with some arguments on the checkout."""

    def run(*arguments: str, columns: int = 160) -> Result:
        environment = {
            "PAY_ENVIRONMENTS": str(checkout.folder),
            "COLUMNS": str(columns),
            **NOWHERE,
        }
        return CliRunner().invoke(app, list(arguments), env=environment)

    return run


@pytest.fixture
def pay_json(pay: Pay) -> PayJson:
    """Runs `pay ... --json`: its exit code and its answer."""

    def run(*arguments: str) -> tuple[int, Any]:
        result = pay(*arguments, "--json")
        return result.exit_code, json.loads(result.stdout)

    return run


@pytest.fixture(scope="session")
def lock_server() -> Iterator[Server]:
    """A strict local S3 with the bucket of the sandbox environment's lock."""
    with empty_sandbox(SandboxSettings(account_id="555555555555")) as started:
        location = {"LocationConstraint": "eu-west-1"}
        started.client("s3").create_bucket(Bucket=LOCKS, CreateBucketConfiguration=location)
        yield started


@pytest.fixture(scope="session", autouse=True)
def aws_models() -> Iterator[None]:
    """Each command has a session, which reads what botocore knows of AWS, for a seventh of a second
    of processor time; here all share one reader.
    """
    with pytest.MonkeyPatch.context() as patch:
        loader = botocore.loaders.create_loader()
        patch.setattr(botocore.session, "create_loader", lambda *_: loader)
        yield


@pytest.fixture
def adopt(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Adopt:
    """Runs `pay adopt sandbox`; keywords are variables of the shell."""

    def run(*arguments: str, **variables: str) -> Result:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", *CREDENTIALS):
            monkeypatch.delenv(name, raising=False)
        shell = {"PAY_ENVIRONMENTS": str(checkout.folder), "COLUMNS": "200", **NOWHERE}
        arguments = ("adopt", ENVIRONMENT, *arguments)
        return CliRunner().invoke(app, arguments, env={**shell, **variables})

    return run


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Account:
    """What every boto3 client talks to."""
    account = Account()
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", account_call(account))
    return account
