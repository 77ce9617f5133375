"""What keeps GuardDuty's agent from a task, as AWS's answers say it."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.side import ServiceSide
from rollout.contracts.agent.obstacles import of_fargate

SERVICE = "ledger"


class Denying:
    """A client of a caller who may ask for nothing."""

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> Any:
            error = {"Code": "AccessDeniedException", "Message": "not authorized"}
            raise ClientError({"Error": error}, name)

        return call


@pytest.mark.parametrize(
    ("version", "is_too_old"),
    [("1.3.0", True), ("1.0.0", True), ("", True), ("1.4.0", False), ("1.10.0", False)],
)
def test_a_platform_before_1_4_runs_no_agent(
    environments: Mapping[str, Environment], version: str, is_too_old: bool
) -> None:
    side = ServiceSide(CATALOGUE[SERVICE], environments["production-2"], Side.FARGATE)
    tasks = [{"containers": [], "platformVersion": version}]
    way = of_fargate(side, tasks, lambda service: Denying(), is_whole=False)
    said = [each.reason for each in way.obstacles]
    assert said == (
        [f"platform version {version or 'unknown'} runs no agent"] if is_too_old else []
    )
    assert way.denied, "what AWS did not let us ask is never forgotten"
