"""What `pay images` finds wrong with an image that runs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pay.catalogue import IMAGES
from pay.containers.lifecycle import KEPT_RELEASES, lifecycle_policy
from pay.model import Environment
from rollout.images.report import mistakes
from rollout.images.survey import ImageLine, Running, Stored
from sandbox.aws.ecr.lifecycle import StoredImage, expired

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def line(newer: int, *tags: str) -> ImageLine:
    """Return an image that runs, pushed before some releases."""
    first = NOW - timedelta(days=1)
    stored = [Stored("sha256:runs", tags, first)]
    stored += [
        Stored(f"sha256:{n}", (f"{100 + n}-release", f"{100 + n}-candidate"), first + n * _MINUTE)
        for n in range(1, newer + 1)
    ]
    running = Running("sha256:runs", ("connector on ec2",), stored[0], vulnerabilities=())
    return ImageLine(IMAGES["connector"], (running,), None, {each.digest: each for each in stored})


_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("newer", "tags", "says"),
    [
        (0, ("12-release", "12-candidate"), None),
        (79, ("12-release",), None),
        (80, ("12-release", "12-candidate"), "80 newer releases, of which"),
        (120, ("12-release",), "120 newer releases, of which govukpay/connector keeps 100"),
        (0, ("12-candidate-armv8",), "deletes 60 days after 2026-11-19"),
        (0, (), "deletes 14 days after 2026-11-19"),
        (200, ("0-legacy",), None),
    ],
)
def test_an_image_that_runs_and_expires_soon_is_a_mistake(
    environments: Mapping[str, Environment], newer: int, tags: tuple[str, ...], says: str | None
) -> None:
    found = mistakes(environments["test-12"], [line(newer, *tags)], NOW.date())
    assert [each.gate for each in found] == ([] if says is None else ["lifetime"])
    if says:
        assert says in found[0].reason


def test_the_warning_comes_before_ecr_deletes_the_image(
    environments: Mapping[str, Environment],
) -> None:
    """By the policy that the registry has, as the sandbox evaluates it."""
    rules = json.loads(lifecycle_policy())["rules"]
    for newer in (KEPT_RELEASES - 1, KEPT_RELEASES):
        images = [
            StoredImage(each.digest, frozenset(each.tags), each.pushed_at)
            for each in line(newer, "12-release").stored.values()
        ]
        is_deleted = "sha256:runs" in expired(rules, images, NOW)
        assert is_deleted == (newer == KEPT_RELEASES)
    assert mistakes(environments["test-12"], [line(KEPT_RELEASES - 1, "12-release")], NOW.date())
