"""AWS clients of an environment's account; refuses when they cannot reach it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)
from botocore.utils import parse_timestamp

from pay.model import Environment
from rollout.terminal.refusal import Finding, Refused

Client = Callable[[str], Any]
"""AWS service name -> boto3 client."""

CONFIG = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3}
)
"""An address without an answer is reported after 15 seconds, not after 5 minutes."""

_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)


def session(region: str) -> boto3.Session:
    """Return a session that reads months of metrics fast. botocore's own reader converts each
    number to a time in the machine's zone. That takes longer than all the rest of an answer.
    """
    core = botocore.session.get_session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment_of)
    return boto3.Session(botocore_session=core, region_name=region)


def moment_of(value: object) -> datetime:
    """Return a time of an AWS answer, in UTC. AWS sends seconds since the epoch, or a text of any
    form.
    """
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    parsed: datetime = parse_timestamp(value)
    return parsed.astimezone(UTC)


def items(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield every item of a list that AWS gives page by page; `key` holds it in each page."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[key]


def _refused(environment: Environment, gate: str, reason: str, fix: str) -> Refused:
    what = (
        f"what runs in {environment.name} (account {environment.account_id}, {environment.region})"
    )
    return Refused(f"looking up {what}", [Finding(gate, reason, fix)])


@contextmanager
def asking(environment: Environment) -> Iterator[Client]:
    """Yield AWS service name -> client, of the environment's account and region.

    Raises Refused without credentials, with those of another account and without a connection, also
    inside the `with` block.
    """
    login = f"log the shell in to account {environment.account_id} (AWS_PROFILE, or aws sso login)"
    try:
        client = cache(partial(session(environment.region).client, config=CONFIG))
        try:
            account = client("sts").get_caller_identity()["Account"]
        except ClientError as error:
            raise _refused(environment, "credentials", str(error), login) from None
        if account != environment.account_id:
            reason = f"the shell's credentials are of account {account}"
            raise _refused(environment, "account", reason, login)
        yield client
    except BotoCoreError as error:
        lacking, fix = unreached(error, login)
        raise _refused(environment, lacking, str(error), fix) from None


def unreached(error: BotoCoreError, login: str) -> tuple[str, str]:
    """Return what was lacking, `credentials` or `connection`, and what to do about it. `login`
    gets the credentials.
    """
    if isinstance(error, _CREDENTIALS):
        return "credentials", login
    return "connection", "check network, proxy and AWS_ENDPOINT_URL, and run it again"


def why(error: Refused | ClientError) -> str:
    """Return in words why AWS was not reached, or what it refused."""
    if isinstance(error, Refused):
        return "; ".join(finding.reason for finding in error.findings)
    return str(error)
