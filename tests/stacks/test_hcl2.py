"""The HCL2 of every stack of every environment, as Terraform and other readers see it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pay.model import Environment
from pay.model.stacks import known_stacks
from tests.conftest import synthesise

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
    """Addresses by stack, without its owner: a renamed one destroys and creates, unless moved."""
    addresses: dict[str, set[str]] = {}
    for path in written.glob("*/metadata.json"):
        document = json.loads(path.read_text())
        tags = document["provider"]["aws"][0]["default_tags"][0]["tags"]
        owner = tags.get("Environment") or tags["Account"]
        stack = path.parent.name.removeprefix(f"{owner}-")
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
    assert {file.parent.name for file in written.glob("*/cdk.tf")} == set(
        known_stacks(environments)
    )
    assert not list(written.glob("*/cdk.tf.json"))


@pytest.mark.slow
def test_a_second_synthesis_gives_the_same_bytes(
    written: Path, tools: Mapping[str, str], tmp_path: Path
) -> None:
    synthesise(tmp_path, tools, PYTHONHASHSEED="1")
    for path in written.glob("*/cdk.tf"):
        assert (tmp_path / "stacks" / path.parent.name / "cdk.tf").read_bytes() == path.read_bytes()
