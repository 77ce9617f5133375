"""Every stack of production-2, and one of each kind elsewhere, can be planned offline."""

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pay.model import Environment
from sandbox.instance import Sandbox
from tests.e2e.conftest import Planned, plan

pytestmark = pytest.mark.e2e


def test_every_stack_of_production_only_creates_and_warns_of_nothing(
    written: Path, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    stacks = sorted(path.name for path in written.glob("production-2-*"))
    assert len(stacks) == 46
    for stack in stacks:
        shutil.copytree(written / stack, tmp_path / stack)
    with (
        Sandbox(environments["production-2"], neighbours=True) as sandbox,
        ThreadPoolExecutor(2) as pool,
    ):
        variables = sandbox.environment_variables
        planned = dict(
            zip(stacks, pool.map(lambda s: plan(tmp_path / s, variables), stacks), strict=True)
        )

    assert {s: p.text for s, p in planned.items() if not p.succeeded} == {}
    assert {s: p.text for s, p in planned.items() if "Warning:" in p.text} == {}
    for stack, each in planned.items():
        add, change, destroy = each.counts
        assert (change, destroy) == (0, 0)
        metadata = (written / stack / "metadata.json").read_text()
        assert (add > 0) == ('"resource"' in metadata), stack


@pytest.mark.parametrize("name", ["staging-2", "test-12", "test-perf-1"])
def test_one_stack_of_each_kind_plans_elsewhere(
    environments: Mapping[str, Environment],
    plan_in: Callable[[Sandbox, str], Planned],
    name: str,
) -> None:
    environment = environments[name]
    moving = next(
        service
        for service, deployment in environment.services.items()
        if deployment.stage.is_in_flight
    )
    with Sandbox(environment, neighbours=True) as sandbox:
        for part in ("platform", f"{moving}-ec2", f"{moving}-fargate", f"{moving}-traffic"):
            planned = plan_in(sandbox, f"{name}-{part}")
            assert planned.succeeded, planned.text
            assert planned.counts[0] > 0
