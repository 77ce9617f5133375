"""Only the table of kinds says which kinds of stack there are."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pay.model import Side, stacks
from pay.model.stacks import KINDS
from rollout.guard.rules import RULES
from tests.conftest import ROOT

FOLDERS = (
    "constructs",
    "lab",
    "policies",
    "rollout",
    "sandbox",
    "stacks",
    "tests/e2e",
    "tests/support",
    "toolchain",
)
TABLE = Path(stacks.__file__)
ADDS_KINDS = ROOT / "tests" / "e2e" / "test_a_new_kind_of_stack.py"
"""Adds rows to the table, and states in full where their stacks stand among the others."""

NAMES = frozenset(kind.name for kind in KINDS)
SIDES = frozenset(side.value for side in Side)
"""Sides have the names of their kinds; a list of sides alone is a list of sides."""

QUEUE = "connector-tasks"
"""A queue of Pay, whose name ends like a kind's."""

ROWS = frozenset(name for name, value in vars(stacks).items() if value in KINDS)


def lists_of_kinds(code: str) -> Iterator[str]:
    """Every place that lists kinds, or that builds the id of a stack from a kind's name."""
    tree = ast.parse(code)
    rows = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == stacks.__name__
        for alias in node.names
        if alias.name in ROWS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Set | ast.Tuple | ast.Dict):
            items = [key for key in node.keys if key] if isinstance(node, ast.Dict) else node.elts
            texts = {i.value for i in items if isinstance(i, ast.Constant)} & NAMES
            named = {i.id for i in items if isinstance(i, ast.Name)} & rows
            if len(named) > 1 or (len(texts) > 1 and texts - SIDES):
                yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_other = node.value in {*RULES, QUEUE} or node.value.startswith("--")
            if node.value.endswith(tuple(f"-{name}" for name in NAMES - SIDES)) and not is_other:
                yield f"line {node.lineno}: {node.value!r}"


def sources() -> Iterator[Path]:
    files = {TABLE, ADDS_KINDS, *(ROOT / "stacks" / f"{kind.name}.py" for kind in KINDS)}
    for folder in FOLDERS:
        yield from (file for file in (ROOT / folder).rglob("*.py") if file not in files)
    yield ROOT / "main.py"


def test_no_other_module_lists_kinds_of_stacks() -> None:
    found = {
        str(file.relative_to(ROOT)): lists
        for file in sources()
        if (lists := list(lists_of_kinds(file.read_text())))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        'ORDER = ("platform", "traffic")',
        'KINDS = {"platform": 0, "ec2": 1}',
        'stack = f"{environment}-{service}-traffic"',
        'is_platform = name == environment + "-platform"',
        "from pay.model.stacks import EC2, TRAFFIC\nBOTH = [EC2, TRAFFIC]",
    ],
)
def test_a_list_of_kinds_is_seen(code: str) -> None:
    assert len(list(lists_of_kinds(code))) == 1


def test_a_list_of_sides_is_not_one_of_kinds() -> None:
    assert list(lists_of_kinds('SIDES = ("ec2", "fargate")')) == []
