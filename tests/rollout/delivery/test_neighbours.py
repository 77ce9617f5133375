"""The commands of a pipeline are about the stacks of a change: other environments only warn."""

import pytest

from tests.rollout.delivery.conftest import Delivery
from tests.support.plans import TRAFFIC

pytestmark = pytest.mark.slow


def test_a_change_is_planned_judged_and_applied_beside_a_broken_environment(
    delivery: Delivery,
) -> None:
    for folder in (delivery.folder, delivery.base):
        (folder / "environments" / "test-perf-1.toml").write_text("name = \n")
    planned = delivery.plan(PAY_STACKS=TRAFFIC)
    assert (planned.returncode, planned.stdout) == (0, f"{TRAFFIC}\n"), planned.stderr
    assert planned.stderr.count("Warning") == 1
    judged = delivery.run("judge-changes", delivery.review, "--commit", "abc", PAY_STACKS=TRAFFIC)
    assert "Clean: 1 plan" in judged.stdout, judged.stderr
    assert judged.stderr.count("Warning") == 1
    delivery.approve()
    applied = delivery.apply()
    assert applied.returncode == 0, applied.stderr
    assert applied.stderr.count("Warning") == 1
    assert delivery.applied == [TRAFFIC]


def test_without_a_selection_every_environment_must_be_right(delivery: Delivery) -> None:
    (delivery.folder / "environments" / "test-perf-1.toml").write_text("name = \n")
    planned = delivery.plan()
    assert planned.returncode == 1
    assert "test-perf-1.toml:1" in planned.stderr
