"""A database that is stopped where nothing would start it again is a line of its own."""

from collections.abc import Mapping
from typing import Any

import pytest

from pay.model import Environment
from pay.model.environment.sleep import Sleep
from pay.sleep.parts import databases
from rollout.doctor.line import DoctorVerdict
from rollout.doctor.stopped_databases import stopped_lines


class Rds:
    """RDS, whose instances have these states."""

    def __init__(self, states: Mapping[str, str]) -> None:
        self.states = states

    def __call__(self, service: str) -> "Rds":
        assert service == "rds"
        return self

    def get_paginator(self, _: str) -> "Rds":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [
            {"DBInstances": [{"DBInstanceIdentifier": name, "DBInstanceStatus": state}]}
            for name, state in self.states.items()
        ]


@pytest.mark.parametrize("state", ["stopped", "stopping"])
def test_names_the_call_that_starts_it(environments: Mapping[str, Environment], state: str) -> None:
    environment = environments["test-12"]
    first, *others = databases(environment)
    rds = Rds({first: state} | dict.fromkeys(others, "available") | {"another-team": "stopped"})
    [line] = stopped_lines(environment, rds)
    assert (line.verdict, line.shown) == (
        DoctorVerdict.FAILS,
        f"{first} is {state}, and no hours of sleep start it",
    )
    assert line.fix.endswith(f"start-db-instance --db-instance-identifier {first}")


def test_a_line_for_all_that_run(environments: Mapping[str, Environment]) -> None:
    environment = environments["test-12"]
    names = databases(environment)
    [line] = stopped_lines(environment, Rds(dict.fromkeys(names, "backing-up")))
    assert (line.verdict, line.shown) == (DoctorVerdict.OK, f"none of {len(names)} is stopped")


def test_where_it_sleeps_stopped_is_as_it_should_be(
    environments: Mapping[str, Environment],
) -> None:
    hours = Sleep(timezone="Europe/London", nightly="23:00 for 4h")
    environment = environments["test-12"].model_copy(update={"sleep": hours})
    assert [*stopped_lines(environment, Rds({}))] == []
