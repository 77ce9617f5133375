"""After an apply the minimum that is due reaches AWS, and nothing else changes there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.side import ServiceSide
from rollout.scaling.due import register_due

NOON, MIDNIGHT = (datetime(2027, 6, 1, hour, tzinfo=UTC) for hour in (11, 23))


class Account:
    """Application Auto Scaling with one target of every service."""

    def __init__(self, least: int, most: int) -> None:
        self.bounds = (least, most)
        self.registered: list[tuple[str, int]] = []

    def __call__(self, service: str) -> "Account":
        assert service == "application-autoscaling"
        return self

    def describe_scalable_targets(self, **_: object) -> Any:
        least, most = self.bounds
        return {"ScalableTargets": [{"MinCapacity": least, "MaxCapacity": most}]}

    def register_scalable_target(self, **given: Any) -> None:
        assert "MaxCapacity" not in given
        self.registered.append((given["ResourceId"], given["MinCapacity"]))


@pytest.fixture
def webhooks(environments: Mapping[str, Environment]) -> ServiceSide:
    return ServiceSide(CATALOGUE["webhooks"], environments["staging-2"], Side.FARGATE)


@pytest.mark.parametrize(("now", "due"), [(NOON, 2), (MIDNIGHT, 1)])
def test_registers_the_minimum_of_the_hour(webhooks: ServiceSide, now: datetime, due: int) -> None:
    account = Account(3, 6)
    [changed] = register_due(account, [webhooks], now)
    assert str(changed) == f"webhooks: at least {due} tasks instead of 3"
    assert account.registered == [("service/staging-2-fargate/webhooks", due)]


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
