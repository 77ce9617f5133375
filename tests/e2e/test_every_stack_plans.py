"""Every stack of production-2, and one of each kind elsewhere, can be planned offline."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.stacks import known_stacks
from sandbox.instance import Sandbox
from tests.e2e.conftest import Planned
from tests.support.modules import module, provider_of, write_modules
from tests.support.terraform_runs import Terraform

pytestmark = pytest.mark.e2e


def test_every_stack_of_production_only_creates_and_warns_of_nothing(
    written: Path, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    """As modules of one plan; the test below plans stacks as they are."""
    stacks = sorted(written.glob("production-2-*"))
    assert len(stacks) == 1 + 3 * len(CATALOGUE)
    write_modules(tmp_path, stacks)
    (tmp_path / "provider.tf").write_text(provider_of(stacks))
    with Sandbox(environments["production-2"], neighbours=True) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        terraform.run(tmp_path, "init", "-input=false", "-no-color")
        text = terraform.run(tmp_path, "plan", "-input=false", "-no-color", "-out=plan.bin")
        plan = json.loads(terraform.run(tmp_path, "show", "-json", "plan.bin"))

    assert "Warning:" not in text
    changes = [each for each in plan["resource_changes"] if each["mode"] == "managed"]
    assert {tuple(each["change"]["actions"]) for each in changes} == {("create",)}
    created = Counter(each["module_address"] for each in changes)
    for stack in stacks:
        resources = json.loads((stack / "metadata.json").read_text()).get("resource", {})
        assert created[f"module.{module(stack.name)}"] == sum(map(len, resources.values())), stack


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
        for stack in known_stacks({name: environment}).values():
            if stack.service in (None, moving):
                planned = plan_in(sandbox, stack.id)
                assert planned.succeeded, planned.text
                assert planned.counts[0] > 0
