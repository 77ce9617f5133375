"""Every decision has a status and a date, and docs/decisions/README.md lists them all."""

import os
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from tests.support.whole_checkout import copy_checkout

FOLDER = ROOT / "docs" / "decisions"
INDEX = FOLDER / "README.md"
FILES = sorted(set(FOLDER.glob("*.md")) - {INDEX})

HEADER = re.compile(
    r"""# (?P<number>[1-9]\d*)\. (?P<title>.+)

- Status: (?P<status>accepted|superseded by \[(?P<other>\d+)\]\((?P<file>[\w.-]+)\))
- Date: (?P<date>\d{4}-\d\d-\d\d)

## Context
"""
)

INTRODUCTION = """\
# Decisions

Each page says why something is as it is, with good and bad consequences. A decision that no longer
holds stays, with `Status: superseded by [NN](NNNN-verb-phrase.md)`.

Numbers have gaps, so that related decisions stay together.

| from | about |
|---|---|
| 1 | the shape of the project |
| 10 | tools |
| 20 | HCL2 |
| 30 | the sandbox |
| 40 | the PCI gate |
| 50 | the model |
| 60 | moves |
| 70 | guard and review |
| 80 | speed |
| 90 | the traffic lab |
| 100 | adoption, and where code stands |
| 113 | what each side has, and its hardening |
| 127 | reach, and what is refused before an apply |
| 152 | alarms, dashboards and verdicts |
| 168 | images |
| 172 | smoke tests |
| 176 | releases, tasks, records and pipelines |
| 189 | scaling and sleep |
| 197 | costs, versions and load tests |
| 206 | findings |
| 214 | versions of the provider, and cdktn |
| 217 | later additions to all of these |

To add one, copy the form of its neighbour into `NNNN-verb-phrase.md`. Then update this page:
`pytest --update-golden`.

| decision | status | date |
|---|---|---|
"""


class Decision(NamedTuple):
    """The header of one page."""

    file: str
    number: int
    title: str
    status: str
    date: date


def read(name: str, text: str) -> Decision:
    """Raises ValueError when the page does not start with title, status, date and context, when its
    file name has another number, or when the page that supersedes it does not exist.
    """
    header = HEADER.match(text)
    if header is None:
        raise ValueError(f"{name}: must start with title, `- Status:`, `- Date:` and `## Context`")
    number = int(header["number"])
    if not name.startswith(f"{number:04d}-"):
        raise ValueError(f"{name}: its title has the number {number}")
    other, file = header["other"], header["file"]
    if file and not (file.startswith(f"{int(other):04d}-") and (FOLDER / file).exists()):
        raise ValueError(f"{name}: superseded by {file}, which is not the page of number {other}")
    return Decision(
        name, number, header["title"], header["status"], date.fromisoformat(header["date"])
    )


def index(decisions: list[Decision]) -> str:
    """The text of docs/decisions/README.md."""
    rows = (
        f"| [{each.number}. {each.title}]({each.file}) | {each.status} | {each.date} |\n"
        for each in decisions
    )
    return INTRODUCTION + "".join(rows)


def test_the_index_lists_every_decision(golden: Callable[[str | Path, str], None]) -> None:
    golden(INDEX, index([read(file.name, file.read_text()) for file in FILES]))


def test_the_command_writes_a_golden_file_again(tmp_path: Path) -> None:
    """In a copy of the checkout; on this file only, because all of them take a minute."""
    checkout = copy_checkout(tmp_path / "checkout")
    index = checkout / INDEX.relative_to(ROOT)
    index.write_text("Nothing.\n")
    paths = f"{checkout}{os.pathsep}{checkout / 'constructs'}"
    variables = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    command = [
        "pytest",
        "--update-golden",
        "-p",
        "no:cacheprovider",
        "tests/docs/test_decisions.py",
    ]
    done = subprocess.run(
        command,
        cwd=checkout,
        env={**variables, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert re.search(r"1 passed, \d+ deselected", done.stdout), done.stdout + done.stderr
    assert index.read_text() == INDEX.read_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_decision_has_its_consequences(file: Path) -> None:
    headings = re.findall(r"^## (.+)$", file.read_text(), flags=re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]


HEAD = "# 7. Never enable ECS Exec\n\n- Status: accepted\n- Date: 2026-11-22\n\n## Context\n"


def test_reads_a_header() -> None:
    assert read("0007-x.md", HEAD) == Decision(
        "0007-x.md", 7, "Never enable ECS Exec", "accepted", date(2026, 11, 22)
    )


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("- Status: accepted\n", "", "must start with"),
        ("- Date: 2026-11-22\n", "", "must start with"),
        ("accepted", "maybe", "must start with"),
        ("2026-11-22", "22 November 2026", "must start with"),
        ("2026-11-22", "2026-11-31", "day is out of range"),
        ("# 7.", "# 8.", "has the number 8"),
        ("accepted", "superseded by [8](0008-no-such-page.md)", "not the page of number 8"),
        ("accepted", "superseded by [9](0008-shorten-names-with-a-hash.md)", "of number 9"),
    ],
)
def test_refuses_a_header_that_is_not_complete(before: str, after: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read("0007-x.md", HEAD.replace(before, after))
