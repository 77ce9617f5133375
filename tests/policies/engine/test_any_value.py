"""Any value of a stack may be any expression: it is refused at its line, and nothing crashes."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import count_as_synthesised, judge
from tests.policies.mutations import CONNECTOR, PLATFORM
from tests.policies.not_yet_created_mutations import LATER

pytestmark = pytest.mark.slow

ONLY_TERRAFORM_KNOWS = (
    'var.x ? "a" : null',
    "[for k in var.x : k]",
    "{ for k, v in var.x : k => v }",
    'lookup(var.x, "a", "b")',
    'file("x.json")',
    'templatefile("x.json", { a = 1 })',
    "1 + 2",
    "!var.x",
    '"a" == "b"',
    '"a-${upper("b")}"',
    '"%{ if true }a%{ endif }"',
    "var.x",
    "local.nothing",
    "module.x.y",
    "jsonencode(merge(var.x, { a = 1 }))",
    'base64encode(file("x.sh"))',
    "<<EOT\n%{ for a in [1] }b%{ endfor }\nEOT",
)
OF_ANOTHER_TYPE = (
    "null",
    '""',
    "0",
    "-1.5",
    "true",
    "[]",
    "{}",
    '[["a"], { b = [null] }]',
    "{ a = { b = [1] } }",
    "jsonencode(null)",
    "jsonencode([1])",
    "data.aws_vpc.nothing[*].id",
    '"${aws_lb.nothing["a"].arn}"',
    '"a\\u0000b"',
)
SINGLE = 60
"""Stacks with one changed value each, besides those in which all are changed."""

_ATTRIBUTE = re.compile(r'(\s+)("?[A-Za-z_][\w:-]*"?)\s+= (.+)')
_JUDGED = re.compile(r"(resource|data|provider) ")
_NOT_A_SETTING = re.compile(r"  (lifecycle|timeouts) \{")
_META = {"for_each", "count", "depends_on", "image"}


@dataclass(frozen=True)
class Value:
    """A value in the text of a stack, by lines."""

    first: int
    last: int
    key: str
    indentation: str


def _values(lines: list[str]) -> Iterator[Value]:
    """Yield the outermost value of each attribute in the blocks that the gate judges."""
    judged, skipped, number = False, False, 0
    while number < len(lines):
        line = lines[number]
        if not line.startswith((" ", "}")):
            judged = _JUDGED.match(line) is not None
        skipped = bool(_NOT_A_SETTING.match(line)) or (skipped and line != "  }")
        first = number
        if judged and not skipped and (attribute := _ATTRIBUTE.fullmatch(line)):
            indentation, key, value = attribute.groups()
            if value[-1] in "{[(":
                while not re.match(rf"{indentation}[\])}}]", lines[number + 1]):
                    number += 1
                number += 1
            if key not in _META:
                yield Value(first, number, key, indentation)
        number += 1


def _changed(lines: list[str], changes: dict[Value, str]) -> tuple[str, dict[int, str]]:
    """Return the text with other values, and the line of each of them with the value."""
    text: list[str] = []
    places = {}
    starts = {value.first: (value, put) for value, put in changes.items()}
    number = 0
    while number < len(lines):
        if number in starts:
            value, put = starts[number]
            places[len(text) + 1] = put
            text += f"{value.indentation}{value.key} = {put}".split("\n")
            number = value.last
        else:
            text.append(lines[number])
        number += 1
    return "\n".join(text) + "\n", places


@pytest.fixture(scope="module")
def changed(both_sides: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("values")
    places: dict[str, dict[int, str]] = {}
    random = Random(0)

    def write(name: str, stack: str, changes: dict[Value, str]) -> None:
        shutil.copytree(sources[stack], folder / name / stack)
        # A second stack is judged, whatever is in the first one.
        shutil.copytree(sources[LATER], folder / name / LATER, dirs_exist_ok=True)
        text, places[name] = _changed(texts[stack], changes)
        (folder / name / stack / "cdk.tf").write_text(text)
        count_as_synthesised(folder / name)

    sources = {name: both_sides / name for name in (CONNECTOR, PLATFORM)}
    sources[LATER] = ROOT / "tests" / "policies" / "fixtures" / LATER
    texts = {name: (source / "cdk.tf").read_text().splitlines() for name, source in sources.items()}
    values = {name: list(_values(lines)) for name, lines in texts.items()}
    shapes = (*ONLY_TERRAFORM_KNOWS, *OF_ANOTHER_TYPE)
    for stack, listed in values.items():
        for turn in range(0, len(shapes), 4):
            put = {v: shapes[(n + turn) % len(shapes)] for n, v in enumerate(listed)}
            write(f"all-{stack}-{turn}", stack, put)
    for number in range(SINGLE):
        stack = random.choice(list(values))
        one = {random.choice(values[stack]): random.choice(shapes)}
        write(f"one-{number}", stack, one)
    return folder, places


WRITTEN = ("html", "markdown", "sarif", "junit")
"""Forms of a report that are files."""


@pytest.fixture(scope="module")
def reports(changed: tuple[Path, Any]) -> dict[str, Any]:
    """Return the gate's reports, all of one run that ends without a traceback."""
    folder = changed[0]
    roots = sorted(folder.iterdir())
    options = [part for form in WRITTEN for part in ("--format", f"{form}={written(folder, form)}")]
    return judge(roots, "--partial", *options)


def written(folder: Path, form: str) -> Path:
    return folder.with_name(f"{folder.name}.{form}")


def test_what_only_terraform_knows_is_refused_at_its_line(
    changed: tuple[Path, Any], reports: dict[str, Any]
) -> None:
    passed = [
        (name, line, put)
        for name, places in changed[1].items()
        for line, put in places.items()
        if put in ONLY_TERRAFORM_KNOWS
        and line not in {problem["line"] for problem in reports[name]["problems"]}
    ]
    assert passed == []


def test_the_other_stack_is_judged_all_the_same(reports: dict[str, Any]) -> None:
    for report in reports.values():
        assert LATER in report["stacks"]
        assert "checkov cannot judge it" not in str(report["problems"])


@pytest.mark.parametrize("form", WRITTEN)
def test_every_report_can_be_written(
    changed: tuple[Path, Any], reports: dict[str, Any], form: str
) -> None:
    """Reports show values, too."""
    text = written(changed[0], form).read_text()
    assert CONNECTOR in text
    assert PLATFORM in text
