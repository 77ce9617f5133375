"""Fixtures of the tools that find things: GuardDuty, Inspector, Security Hub."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server


@pytest.fixture(scope="session")
def detector(client: Callable[[str], Any]) -> str:
    """Return the id of the account's detector; its findings reach Security Hub."""
    with suppress(ClientError):
        client("securityhub").enable_security_hub()
    detectors = client("guardduty").list_detectors()["DetectorIds"]
    detectors = detectors or [client("guardduty").create_detector(Enable=True)["DetectorId"]]
    return str(detectors[0])


@pytest.fixture
def clock(server: Server) -> Iterator[Callable[[datetime], Any]]:
    """Set the clock of AWS, until the test ends."""
    yield lambda at: server.administer("clock", method="POST", body={"now": at.timestamp()})
    server.administer("clock", method="POST", body={"now": datetime.now(UTC).timestamp()})
