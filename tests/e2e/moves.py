"""Plans all moves of one service's records in one run of Terraform.

Each move is a module with the code of the stage after it and the state of the stage before it. A
provider takes a second to start, so all modules share the one in the root.
"""

import json
import re
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Stage
from pay.model.stacks import traffic_stack
from stacks.estate import add_stack, planned_stacks
from tests.support.plans import at
from tests.support.terraform_runs import Terraform

Move = tuple[Stage, Stage]
Changes = Mapping[str, Mapping[str, Any]]
"""Maps an address to the `change` of a plan, without no-ops."""

SERVICE = "publicauth"


def synthesise_stage(
    folder: Path, schema: ProviderSchema, environment: Environment, stage: Stage
) -> str:
    """Return the HCL2 of the traffic stack at a stage."""
    stack = traffic_stack(environment.name, SERVICE)
    app = HclApp(schema, outdir=folder / stage)
    environments = {environment.name: at(environment, stage, SERVICE)}
    (planned,) = planned_stacks(environments, patterns=[stack])
    add_stack(app, planned)
    app.synth()
    return (folder / stage / "stacks" / stack / "cdk.tf").read_text()


def states_of_stages(
    terraform: Terraform, folder: Path, code: Mapping[Stage, str]
) -> dict[Stage, list[Any]]:
    """Apply the stages one after the other and return the resources in the state after each."""
    folder.mkdir()
    states = {}
    for stage, text in code.items():
        (folder / "cdk.tf").write_text(re.sub(r'path += ".*"', 'path = "state.json"', text))
        if not (folder / ".terraform").exists():
            terraform.run(folder, "init", "-input=false", "-no-color")
        terraform.run(folder, "apply", "-auto-approve", "-input=false", "-no-color")
        states[stage] = json.loads((folder / "state.json").read_text())["resources"]
    return states


def plans_of_moves(
    terraform: Terraform,
    folder: Path,
    code: Mapping[Stage, str],
    states: Mapping[Stage, list[Any]],
    moves: Iterable[Move],
) -> dict[Move, Changes]:
    """Return the changes that Terraform plans for each move.

    A stage without a move is a move to itself.
    """
    modules = {f"{before}_{after}": (before, after) for before, after in moves}
    for stage, text in code.items():
        (folder / "stages" / stage).mkdir(parents=True)
        (folder / "stages" / stage / "cdk.tf").write_text(_without(text, "terraform", "provider"))
    shutil.copy(_root(folder, next(iter(code.values())), modules), folder / "root.tf")
    resources = [
        {**resource, "module": f"module.{name}", "instances": _moved(resource["instances"], name)}
        for name, (before, _) in modules.items()
        for resource in states[before]
        if resource["mode"] == "managed"
    ]
    state = {"version": 4, "serial": 1, "lineage": str(uuid.uuid4()), "resources": resources}
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    terraform.run(folder, "init", "-input=false", "-no-color")
    plan = terraform.plan(folder)
    changes: dict[Move, dict[str, Any]] = {move: {} for move in modules.values()}
    for change in plan.get("resource_changes", []):
        if change["change"]["actions"] != ["no-op"]:
            module = change["module_address"].removeprefix("module.")
            address = change["address"].removeprefix(f"module.{module}.")
            changes[modules[module]][address] = change["change"]
    return dict(changes)


def _root(folder: Path, text: str, modules: Mapping[str, Move]) -> Path:
    provider = re.search(r'^provider "aws" \{.*?^\}\n', text, re.DOTALL | re.MULTILINE)
    assert provider
    calls = [
        f'module "{name}" {{\n  source = "./stages/{after}"\n}}\n'
        for name, (_, after) in modules.items()
    ]
    path = folder / "root.txt"
    path.write_text("\n".join([provider[0], *calls]))
    return path


def _without(text: str, *blocks: str) -> str:
    for block in blocks:
        text = re.sub(rf"^{block} [^\n]*\{{\n.*?^\}}\n", "", text, flags=re.DOTALL | re.MULTILINE)
    return text


def _moved(instances: list[Any], module: str) -> list[Any]:
    return [
        {
            **instance,
            "dependencies": [f"module.{module}.{d}" for d in instance.get("dependencies", [])],
        }
        for instance in instances
    ]
