"""Only the table of kinds says which kinds of stack there are, and what sets one apart."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from pay.model import Side, stacks
from pay.model.stacks import KINDS
from rollout.guard.rules import RULES
from tests.conftest import ROOT

FOLDERS = ("constructs", "lab", "policies", "rollout", "sandbox", "stacks", "tests", "toolchain")
TESTS = ROOT / "tests"
PARTS_OF_PROGRAMS = (TESTS / "e2e", TESTS / "support")
"""Tests that build ids; the others state the ids that they expect in full."""
TABLE = Path(stacks.__file__)

EXCEPTIONS = {
    "tests/e2e/test_a_new_kind_of_stack.py": "adds rows, and states where their stacks stand",
    "tests/pay/environments/test_environment_files.py": "lists tables of an environment's file",
    "tests/pay/model/test_stacks.py": "states what the table has",
    "tests/rollout/cli/test_neighbours.py": "lists the commands of `pay`",
    "tests/rollout/load/test_load_test.py": "lists tables of an environment's file",
}
"""Test -> why it may list kinds, or what has their names. No module of production is one."""

NAMES = frozenset(kind.name for kind in KINDS)
SIDES = frozenset(side.value for side in Side)
"""Sides have the names of their kinds; a list of sides alone is a list of sides."""

QUEUE = "connector-tasks"
"""A queue of Pay, whose name ends like a kind's."""

ROWS = frozenset(name for name, value in vars(stacks).items() if value in KINDS)

_SHARED, _OF_SERVICE = (
    rf"{{}}-(?:{'|'.join(sorted(names))})(?![\w-])" for names in (NAMES - SIDES, SIDES)
)
_ID = re.compile(rf"{_SHARED}|{{}}-{_OF_SERVICE}")
"""An id in an f-string, at its end or in a sentence. A side's id has two parts before the side:
`<service>-ec2` is a record, `<env>-ec2-<segment>` a name."""


def mentions(code: str, *, is_test: bool = False, is_expecting: bool = False) -> Iterator[str]:
    """Yield every place that lists kinds, compares with one, or builds a stack's id.

    A test may assert which kind it found; one that is expecting states ids in full.
    """
    tree = ast.parse(code)
    rows = {f"{stacks.__name__.rpartition('.')[2]}.{row}" for row in ROWS} | {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == stacks.__name__
        for alias in node.names
        if alias.name in ROWS
    }
    nodes = list(ast.walk(tree))
    ids = {"side_stack": "side", "traffic_stack": "traffic"}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            if ast.unparse(value) in rows:
                rows.add(name)
            elif kind := _kind_of_id(value, rows, ids):
                ids[name] = kind
    texts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    asserts = [node for node in nodes if is_test and isinstance(node, ast.Assert)]
    asserted = {id(part) for node in asserts for part in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.expr | ast.pattern) and id(node) not in texts:
            text = node.value if isinstance(node, ast.Constant) else None
            is_full_id = _is_full_id(text)
            counted = () if id(node) in asserted else rows
            is_glob = is_full_id and str(text).startswith("*")
            kinds = {_kind_of_id(each, rows, ids) for each in _items(node)} - {None}
            is_list_of_ids = len(kinds) > 1 and id(node) not in asserted
            states_ids = (is_full_id and not is_glob) or is_list_of_ids
            if _names_kinds(node, counted) or is_glob or (states_ids and not is_expecting):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def _names_kinds(node: ast.expr | ast.pattern, rows: Collection[str]) -> bool:
    if isinstance(node, ast.Compare):
        ends = (node.left, *node.comparators)
        compared = [each for end in ends for each in _items(end) or [end]]
        is_named = any(ast.unparse(each).endswith("kind.name") for each in compared)
        has_name = any(isinstance(each, ast.Constant) and each.value in NAMES for each in compared)
        return (is_named and has_name) or any(_is_row_or_id(each, rows) for each in compared)
    if isinstance(node, ast.MatchValue):
        return ast.unparse(node.value) in rows
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return _ID.search("".join(map(str, parts))) is not None
    items = _items(node)
    texts = {each.value for each in items if isinstance(each, ast.Constant)} & NAMES
    is_list = len(texts) > 1 and bool(texts - SIDES)
    return is_list or any(ast.unparse(each) in rows for each in items)


def _items(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.Dict():
            return [key for key in node.keys if key]
        case ast.Call(func=ast.Name(id="dict")):
            return [ast.Constant(each.arg) for each in node.keywords]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="split")):
            words = text.split()
            return [ast.Constant(word) for word in words if NAMES.issuperset(words)]
        case ast.List() | ast.Set() | ast.Tuple():
            return [each.value if isinstance(each, ast.Starred) else each for each in node.elts]
    return ()


def _kind_of_id(node: ast.expr, rows: Collection[str], ids: Mapping[str, str]) -> str | None:
    """Return what stands for the kind in an expression for a stack's id, or for ids of sides."""
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return _kind_of_id(node.elt, rows, ids)
    if not isinstance(node, ast.Attribute | ast.Call | ast.Name):
        return None
    text = ast.unparse(node)
    row, is_call, _ = text.partition(".stack_id(")
    return row if is_call and row in rows else ids.get(text.partition("(")[0])


def _is_row_or_id(node: ast.expr, rows: Collection[str]) -> bool:
    return ast.unparse(node).partition(".stack_id(")[0] in rows


def _is_full_id(value: object) -> bool:
    ends = tuple(f"-{name}" for name in NAMES - SIDES)
    is_text = isinstance(value, str) and value.endswith(ends)
    return is_text and value not in {*RULES, QUEUE} and not str(value).startswith("--")


def sources() -> Iterator[Path]:
    exempt = {TABLE, *(ROOT / name for name in EXCEPTIONS)}
    for folder in FOLDERS:
        yield from (file for file in (ROOT / folder).rglob("*.py") if file not in exempt)
    yield ROOT / "main.py"


def mentions_of(file: Path) -> list[str]:
    is_test = file.is_relative_to(TESTS)
    is_expecting = is_test and not any(map(file.is_relative_to, PARTS_OF_PROGRAMS))
    return [*mentions(file.read_text(), is_test=is_test, is_expecting=is_expecting)]


def test_no_other_module_names_kinds_of_stacks() -> None:
    found = {str(file.relative_to(ROOT)): mentions_of(file) for file in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_exception_is_a_test_that_needs_it(name: str) -> None:
    assert name.startswith("tests/")
    assert mentions_of(ROOT / name)


IMPORT = "from pay.model.stacks import EC2, TRAFFIC as RECORDS\n"


@pytest.mark.parametrize(
    "code",
    [
        'ORDER = ("platform", "traffic")',
        'KINDS = {"platform": 0, "ec2": 1}',
        'stack = f"{environment}-{service}-traffic"',
        'side = f"{environment}-{service}-ec2 is applied"',
        'fix = f"apply {environment.name}-platform, whose plan adds it"',
        'is_platform = name == environment + "-platform"',
        f"{IMPORT}BOTH = [EC2, RECORDS]",
        f"{IMPORT}first = EC2\nlast = RECORDS\nORDER = [first, last]",
        f"{IMPORT}ORDER = [EC2.stack_id(name), RECORDS.stack_id(name)]",
        f"{IMPORT}LAST = RECORDS.stack_id(name)\nORDER = [EC2.stack_id(name), *others, LAST]",
        "ORDER = (*(side_stack(name, it, side) for side in Side), traffic_stack(name, it))",
        "ORDER = dict(platform=1, traffic=2)",
        "ORDER = 'platform traffic'.split()",
        f"{IMPORT}WORDS = {{EC2: 'instances'}}",
        f"{IMPORT}if stack.kind is EC2: pass",
        f"{IMPORT}if stack.kind != RECORDS: pass",
        f"{IMPORT}is_first = stack.id == RECORDS.stack_id(name)",
        "from pay.model import stacks\nif kind is stacks.SLEEP: pass",
        "if stack.kind.name == 'sleep': pass",
        "from pay.model import stacks\nmatch kind:\n  case stacks.SLEEP: pass",
    ],
)
def test_a_place_that_names_kinds_is_seen(code: str) -> None:
    assert len(list(mentions(code))) == 1


def test_a_glob_of_a_kind_is_seen_also_where_ids_are_stated_in_full() -> None:
    for owner, is_seen in (("*", True), ("sandbox", False)):
        code = repr(owner + "-platform")
        assert bool(list(mentions(code, is_test=True, is_expecting=True))) is is_seen


def test_a_tuple_to_compare_with_is_seen() -> None:
    assert list(mentions(f"{IMPORT}if stack.kind in (EC2,): pass"))


@pytest.mark.parametrize(
    "code",
    [
        'SIDES = ("ec2", "fargate")',
        'record = f"{service}-ec2"',
        'queue = f"{environment}-tasks-dead-letter"',
        f"{IMPORT}stack = RECORDS.stack_id(name)",
        f"{IMPORT}everywhere = [RECORDS.stack_id(name), RECORDS.stack_id(other)]",
        "SIDES = [side_stack(name, service, side) for side in Side]",
        "ROLES = 'lead of the platform and monitoring'.split()",
        f"{IMPORT}super().__init__(scope, EC2, environment)",
    ],
)
def test_sides_names_and_what_is_about_one_stack_are_no_mention(code: str) -> None:
    assert list(mentions(code)) == []


def test_an_assertion_of_a_test_may_name_the_kind_that_it_expects() -> None:
    code = f"{IMPORT}assert stack.kind is EC2"
    assert list(mentions(code, is_test=True)) == []
    assert list(mentions(code))
    assert list(mentions('assert id == f"{name}-platform"', is_test=True))
