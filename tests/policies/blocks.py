"""Blocks for tests of single rules, in the parser's shape."""

from pathlib import Path
from typing import Any

from policies.reading.stack import Block, Kind, SynthesisedStack


def stack(**tags: str) -> SynthesisedStack:
    return SynthesisedStack("production-2-connector-fargate", Path(), tags)


def block(
    type_: str, conf: dict[str, Any], *, kind: Kind = "resource", of: SynthesisedStack | None = None
) -> Block:
    """Return a block whose attributes are wrapped in lists, as by the parser."""
    wrapped = {key: [value] for key, value in conf.items()}
    within = of or stack(CardholderData="inside")
    within.add({kind: [{type_: {"this": wrapped}}]})
    built = within.block(kind, type_, "this")
    assert built
    return built


def task(*containers: dict[str, Any]) -> Block:
    names = ("app", *(f"app-{number}" for number in range(2, len(containers) + 1)))
    definitions = [
        {"name": name, "image": "app:1-release", **each}
        for name, each in zip(names, containers, strict=True)
    ]
    return block("aws_ecs_task_definition", {"container_definitions": definitions})
