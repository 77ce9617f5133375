"""After an apply the minimum that is due reaches AWS, and nothing else changes there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, TaskCount
from pay.model.environment.sleep import Sleep
from pay.model.side import ServiceSide
from rollout.scaling.due import register_due

NOON, MIDNIGHT = (datetime(2027, 6, 1, hour, tzinfo=UTC) for hour in (11, 23))


class Account:
    """Application Auto Scaling with one target of every service."""

    def __init__(self, least: int, most: int) -> None:
        self.bounds = (least, most)
        self.registered: list[tuple[str, int | None, int | None]] = []

    def __call__(self, service: str) -> "Account":
        assert service == "application-autoscaling"
        return self

    def describe_scalable_targets(self, **_: object) -> Any:
        least, most = self.bounds
        return {"ScalableTargets": [{"MinCapacity": least, "MaxCapacity": most}]}

    def register_scalable_target(self, **given: Any) -> None:
        least, most = given.get("MinCapacity"), given.get("MaxCapacity")
        assert (least or self.bounds[0]) <= (most or self.bounds[1]), "AWS refuses it"
        self.registered.append((given["ResourceId"], least, most))


@pytest.fixture
def webhooks(environments: Mapping[str, Environment]) -> ServiceSide:
    return ServiceSide(CATALOGUE["webhooks"], environments["staging-2"], Side.FARGATE)


@pytest.mark.parametrize(("now", "due"), [(NOON, 2), (MIDNIGHT, 1)])
def test_registers_the_minimum_of_the_hour(webhooks: ServiceSide, now: datetime, due: int) -> None:
    account = Account(3, 6)
    [changed] = register_due(account, [webhooks], now)
    assert str(changed) == f"webhooks: at least {due} tasks instead of 3"
    assert account.registered == [("service/staging-2-fargate/webhooks", due, None)]


def test_leaves_what_is_right_what_sleeps_and_what_has_no_schedule(
    webhooks: ServiceSide, environments: Mapping[str, Environment]
) -> None:
    pinned = ServiceSide(CATALOGUE["products-ui"], environments["staging-2"], Side.FARGATE)
    for account, side in (
        (Account(2, 6), webhooks),
        (Account(0, 0), webhooks),
        (Account(1, 6), pinned),
    ):
        assert [*register_due(account, [side], NOON)] == []
        assert account.registered == []


@pytest.mark.parametrize(
    ("bounds", "least", "most", "shown"),
    [
        ((2, 8), 12, 24, "at least 12 tasks instead of 2, at most 24 tasks instead of 8"),
        ((12, 40), None, 24, "at most 24 tasks instead of 40"),
        ((2, 24), 12, None, "at least 12 tasks instead of 2"),
    ],
)
def test_where_it_sleeps_both_bounds_are_left_to_it_and_reach_aws_together(
    webhooks: ServiceSide, bounds: tuple[int, int], least: int, most: int, shown: str
) -> None:
    account = Account(*bounds)
    [changed] = register_due(account, [sleeping(webhooks, Stage.CUTOVER)], MIDNIGHT)
    assert str(changed) == f"webhooks: {shown}"
    assert account.registered == [("service/staging-2-fargate/webhooks", least, most)]


def test_what_sleeps_is_not_woken(webhooks: ServiceSide) -> None:
    account = Account(0, 0)
    assert [*register_due(account, [sleeping(webhooks, Stage.CUTOVER)], NOON)] == []
    assert account.registered == []


def sleeping(side: ServiceSide, stage: Stage) -> ServiceSide:
    """The side in an environment that sleeps, with 12 tasks at the peak."""
    deployment = side.deployment.model_copy(
        update={"stage": stage, "tasks": TaskCount(min=2, peak=12)}
    )
    changed = side.environment.model_copy(
        update={
            "sleep": Sleep(timezone="Europe/London", nightly="23:00 for 4h"),
            "services": {**side.environment.services, side.service.name: deployment},
        }
    )
    return ServiceSide(side.service, changed, side.side)
