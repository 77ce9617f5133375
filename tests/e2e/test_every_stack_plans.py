"""Every stack of production-2 can be planned offline; one of each kind, in every environment, is
deployed and planned again.
"""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from pay.model import Environment
from pay.model.stack_order import in_turns
from pay.model.stacks import Stack, known_stacks
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.e2e.conftest import write_local_backend
from tests.support.modules import module, provider_of, write_modules
from tests.support.terraform_runs import Terraform

pytestmark = pytest.mark.e2e


def test_every_stack_of_production_only_creates_and_warns_of_nothing(
    written: Path, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    """As modules of one plan; the test below plans stacks as they are."""
    stacks = sorted(written.glob("production-2-*"))
    known = known_stacks({"production-2": environments["production-2"]})
    assert {each.name for each in stacks} == {id for id in known if id.startswith("production-2-")}
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


NAMES = ("production-2", "staging-2", "test-12", "test-perf-1")


@pytest.fixture(scope="module")
def planned_twice(
    written: Path, environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Future[list[Path]]]:
    """Return the second plans of each environment, each in a sandbox of its own. An environment
    waits two minutes for the provider and works for one. More than two at once would need ten
    gigabytes for their providers.
    """
    settings = SandboxSettings(wait_for_dns_changes=False)
    with ExitStack() as stack:
        sandboxes = [
            stack.enter_context(Sandbox(environments[name], settings=settings)) for name in NAMES
        ]
        pool = stack.enter_context(ThreadPoolExecutor(2))
        return {
            sandbox.environment.name: pool.submit(
                _second_plans, written, sandbox, tmp_path_factory.mktemp("twice")
            )
            for sandbox in sandboxes
        }


@pytest.mark.parametrize("name", NAMES)
def test_the_second_plan_of_an_environment_changes_nothing(
    environments: Mapping[str, Environment],
    planned_twice: Mapping[str, Future[list[Path]]],
    name: str,
) -> None:
    """What the provider reads back is what it wrote, and the guard has nothing to refuse."""
    plans = read_plans(planned_twice[name].result(), environments)
    assert [change.address for plan in plans for change in plan.plan.moving] == []
    assert judge(Context(plans, environments, environments)).refused == ()


def _second_plans(written: Path, sandbox: Sandbox, here: Path) -> list[Path]:
    """Deploy one stack of each kind, those of a service that moves, and plan them again."""
    environment = sandbox.environment
    moving = next(
        service
        for service, deployment in environment.services.items()
        if deployment.stage.is_in_flight
    )
    known = known_stacks({environment.name: environment})
    stacks = [stack for stack in known.values() if stack.service in (None, moving)]
    terraform = Terraform("terraform", sandbox.environment_variables)

    def deploy(stack: Stack) -> None:
        folder = here / stack.id
        shutil.copytree(written / stack.id, folder)
        write_local_backend(folder)
        terraform.run(folder, "init", "-input=false")
        terraform.run(folder, "apply", "-input=false", "-auto-approve")

    # The provider waits half a minute for each load balancer.
    with ThreadPoolExecutor() as pool:
        for turn in in_turns(stacks):
            list(pool.map(deploy, turn))
    # The newest first: their providers still wait for a command.
    deployed = [stack for turn in in_turns(stacks) for stack in turn]
    return [_planned(terraform, here / stack.id) for stack in reversed(deployed)]


def _planned(terraform: Terraform, folder: Path) -> Path:
    terraform.run(folder, "plan", "-input=false", "-out=plan.bin")
    path = folder / "plan.json"
    path.write_text(terraform.run(folder, "show", "-json", "plan.bin"))
    return path
