"""The HCL2 of every stack of every environment, as Terraform and other readers see it."""

import json
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import hcl2
import pytest

from pay.model import Environment
from tests.conftest import synthesise
from tests.support.modules import write_modules

Golden = Callable[[str, str], None]

SMALL_STACKS = (
    "sandbox-platform",
    "sandbox-webhooks-egress-ec2",
    "test-12-webhooks-egress-fargate",
    "sandbox-connector-traffic",
)


@pytest.mark.parametrize("stack", SMALL_STACKS)
def test_a_small_stack_of_each_kind_reads_as_agreed(
    written: Path, golden: Golden, stack: str
) -> None:
    golden(f"{stack}.tf", (written / stack / "cdk.tf").read_text())


def test_no_state_address_changes_unseen(written: Path, golden: Golden) -> None:
    """Addresses by stack without the environment: a renamed one destroys and creates, unless it is
    moved.
    """
    addresses: dict[str, set[str]] = {}
    for path in written.glob("*/metadata.json"):
        document = json.loads(path.read_text())
        environment = document["provider"]["aws"][0]["default_tags"][0]["tags"]["Environment"]
        stack = path.parent.name.removeprefix(f"{environment}-")
        addresses.setdefault(stack, set()).update(
            f"{type}.{name}"
            for type, resources in document.get("resource", {}).items()
            for name in resources
        )
    lines = [
        f"{stack}: {address}" for stack in sorted(addresses) for address in sorted(addresses[stack])
    ]
    golden("addresses.txt", "\n".join(lines) + "\n")


def test_every_stack_of_every_environment_is_written(
    written: Path, environments: Mapping[str, Environment]
) -> None:
    services = sum(len(environment.services) for environment in environments.values())
    assert len(list(written.glob("*/cdk.tf"))) == 3 * services + len(environments)
    assert not list(written.glob("*/cdk.tf.json"))


@pytest.mark.slow
def test_a_second_synthesis_gives_the_same_bytes(
    written: Path, tools: Mapping[str, str], tmp_path: Path
) -> None:
    synthesise(tmp_path, tools, PYTHONHASHSEED="1")
    for path in written.glob("*/cdk.tf"):
        assert (tmp_path / "stacks" / path.parent.name / "cdk.tf").read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_everything_is_in_terraforms_own_format(written: Path, tools: Mapping[str, str]) -> None:
    checked = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", "."],
        cwd=written,
        env=tools,
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.e2e
def test_everything_is_valid_without_a_warning(
    written: Path, tools: Mapping[str, str], tmp_path: Path
) -> None:
    """All stacks as modules of one configuration, so that the real provider starts once, not 230
    times. A module has neither backend nor provider; those are tried by every plan.
    """
    write_modules(tmp_path, [path.parent for path in written.glob("*/cdk.tf")])
    for arguments in (["init", "-backend=false"], ["validate", "-json"]):
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=tmp_path,
            env=tools,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert json.loads(finished.stdout)["diagnostics"] == []


@pytest.mark.slow
def test_python_hcl2_reads_every_block_of_every_stack(written: Path) -> None:
    stacks = sorted(written.glob("*/cdk.tf"))
    with ProcessPoolExecutor() as pool:
        counted = pool.map(_blocks_read_back, stacks, chunksize=8)
    for path, found in zip(stacks, counted, strict=True):
        document = json.loads(path.with_name("metadata.json").read_text())
        assert found == _blocks(document), path.parent.name


def _blocks_read_back(path: Path) -> dict[str, int]:
    with path.open() as file:
        document = hcl2.load(file)
    return {kind: len(document.get(kind, [])) for kind in ("data", "resource", "variable")}


def _blocks(document: Mapping[str, Any]) -> dict[str, int]:
    return {
        "data": sum(len(names) for names in document.get("data", {}).values()),
        "resource": sum(len(names) for names in document.get("resource", {}).values()),
        "variable": len(document.get("variable", {})),
    }
