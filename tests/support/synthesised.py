"""Stacks as Terraform JSON, for assertions."""

import json
import tempfile
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

import cdktf
from cdktf import App, TerraformStack

from pay.model import Environment, Side, Stage
from stacks.estate import add_stack, planned_stacks

REMEMBERED = mock.patch.object(typing, "get_type_hints", cache(typing.get_type_hints))
"""The generated constructs check the types of arguments by hints that they work out at each call.
main.py checks none, as it runs with `-O`.
"""


@dataclass(frozen=True)
class Synthesised:
    """The Terraform JSON of one stack."""

    id: str
    document: Mapping[str, Any]

    def resource(self, type: str, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["resource"][type][name]
        return found

    def data(self, type: str, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["data"][type][name]
        return found

    @property
    def addresses(self) -> list[str]:
        """The state addresses of everything that the stack manages."""
        resources = self.document.get("resource", {})
        return sorted(f"{type}.{name}" for type, names in resources.items() for name in names)

    @property
    def containers(self) -> dict[str, Any]:
        text = self.resource("aws_ecs_task_definition", "task")["container_definitions"]
        return {container["name"]: container for container in json.loads(text)}

    def policy(self, name: str) -> dict[str, Any]:
        """The statements of an inline role policy, by their sid."""
        text = self.resource("aws_iam_role_policy", name)["policy"]
        return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def synthesise(
    environments: Iterable[Environment], patterns: Iterable[str] = ()
) -> dict[str, Synthesised]:
    """Build and synthesise in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, REMEMBERED:
        app = App(outdir=folder, stack_traces=False)
        for planned in planned_stacks(
            {each.name: each for each in environments}, patterns=patterns
        ):
            add_stack(app, planned)
        app.synth()
        return {
            path.parent.name: Synthesised(path.parent.name, json.loads(path.read_text()))
            for path in sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
        }


def rendered(build: Callable[[TerraformStack], object]) -> Synthesised:
    """What constructs render in a stack of their own; `build` is given the stack."""
    with REMEMBERED:
        stack = TerraformStack(cdktf.Testing.app(), "stack")
        build(stack)
        return Synthesised("stack", json.loads(cdktf.Testing.synth(stack)))


class SideOf(Protocol):
    """Renders a service of the catalogue on one side (tests/pay/service/conftest.py)."""

    def __call__(
        self, name: str, side: Side, stage: Stage = ..., environment: str = ..., /
    ) -> Synthesised: ...
