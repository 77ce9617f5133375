"""`pay renew`: how old the instances are, and when a renewal starts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from pay.model import Segment
from rollout.aws.instances import LONGEST_AGE, PREFERENCES
from rollout.cli import app, renew

Renew = Callable[..., Result]

CDE, GENERAL = "sandbox-ec2-cde", "sandbox-ec2-general"


@dataclass
class Aws:
    """An account with one instance a segment; it answers the calls of each client."""

    ages: dict[str, timedelta] = field(
        default_factory=lambda: {CDE: timedelta(days=3.5), GENERAL: timedelta(days=9.5)}
    )
    refreshes: dict[str, dict[str, Any]] = field(default_factory=dict)
    started: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> Any:
        there = [name for name in AutoScalingGroupNames if name in self.ages]
        return {"AutoScalingGroups": [{"Instances": [{"InstanceId": name}]} for name in there]}

    def describe_instance_refreshes(self, AutoScalingGroupName: str, MaxRecords: int) -> Any:
        last = self.refreshes.get(AutoScalingGroupName)
        return {"InstanceRefreshes": [last] if last else []}

    def describe_instances(self, InstanceIds: list[str]) -> Any:
        launched = [datetime.now(UTC) - self.ages[each] for each in InstanceIds]
        return {"Reservations": [{"Instances": [{"LaunchTime": each} for each in launched]}]}

    def start_instance_refresh(self, AutoScalingGroupName: str, Preferences: Any) -> Any:
        self.started.append((AutoScalingGroupName, Preferences))
        self.refreshes[AutoScalingGroupName] = {"Status": "Pending"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    account = Aws()

    @contextmanager
    def asking(_: object) -> Iterator[Callable[[str], Aws]]:
        yield lambda service: account

    monkeypatch.setattr(renew, "asking", asking)
    return account


@pytest.fixture
def renewing(aws: Aws) -> Renew:
    return lambda *arguments: CliRunner().invoke(app, ["renew", "sandbox", *arguments])


def test_young_instances_are_shown_and_nothing_starts(renewing: Renew, aws: Aws) -> None:
    result = renewing("--json")
    assert result.exit_code == 0
    shown = {group["segment"]: group["ages_in_days"] for group in json.loads(result.stdout)}
    assert shown == {"cde": [3], "general": [9]}
    assert aws.started == []


def test_an_instance_older_than_a_month_fails(renewing: Renew, aws: Aws) -> None:
    aws.ages[GENERAL] = LONGEST_AGE + timedelta(hours=1)
    result = renewing()
    assert result.exit_code == 1
    assert "30 days (renew: over 30)" in result.stdout
    aws.refreshes[GENERAL] = {"Status": "InProgress", "PercentageComplete": 50}
    assert renewing().exit_code == 0


def test_a_segment_is_renewed_also_where_ecs_protects_its_instances(
    renewing: Renew, aws: Aws
) -> None:
    result = renewing("--start", "cde")
    assert result.exit_code == 0
    assert aws.started == [(CDE, PREFERENCES)]
    assert PREFERENCES["ScaleInProtectedInstances"] == "Refresh"
    assert PREFERENCES["MinHealthyPercentage"] == 100
    assert "Pending, 0 %" in result.stdout


@pytest.mark.parametrize("segment", Segment)
def test_refuses_to_renew_while_any_renewal_runs(
    renewing: Renew, aws: Aws, segment: Segment
) -> None:
    aws.refreshes[CDE] = {"Status": "InProgress", "PercentageComplete": 50}
    result = renewing("--start", segment)
    assert result.exit_code == 1
    assert "the renewal of cde is InProgress, 50 %" in result.stderr
    assert aws.started == []


def test_refuses_to_renew_what_is_not_there(renewing: Renew, aws: Aws) -> None:
    del aws.ages[CDE]
    result = renewing("--start", "cde")
    assert result.exit_code == 1
    assert "sandbox has no Auto Scaling group of cde" in result.stderr


def test_a_denied_action_is_named(
    renewing: Renew, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: object) -> Any:
        error = {"Error": {"Code": "AccessDenied", "Message": "not allowed"}}
        raise ClientError(error, "StartInstanceRefresh")

    monkeypatch.setattr(aws, "start_instance_refresh", denied)
    result = renewing("--start", "cde")
    assert result.exit_code == 1
    assert "StartInstanceRefresh" in result.stderr


def test_an_unknown_segment_is_wrong_use(renewing: Renew) -> None:
    assert renewing("--start", "other").exit_code == 2
