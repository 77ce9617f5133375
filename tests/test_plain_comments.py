"""Comments in files of settings and of the shell have sentences as short as those of the code."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.test_plain_english import broken_sentences

COMMENTED = ("*.toml", "*.sh", "*.yml", "*.yaml", "Makefile", ".ci/run")
FILES = subprocess.run(
    ["git", "ls-files", *COMMENTED], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()

ROW = re.compile(r"\s*#(?!!)\s*(.*)")
"""A row that is a comment alone. The first row of a script names its shell."""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment, of one row or more, with its first line."""
    start, rows = 0, list[str]()
    for line, row in enumerate([*text.splitlines(), ""], 1):
        match = ROW.fullmatch(row)
        if match and match[1]:
            start = start if rows else line
            rows.append(match[1])
        elif rows:
            yield start, " ".join(rows)
            rows = []


@pytest.mark.parametrize("name", FILES)
def test_sentences_of_comments_are_short(name: str) -> None:
    found = [
        f"line {line}: {sentence}"
        for line, text in comments((ROOT / name).read_text())
        for sentence in broken_sentences(text)
    ]
    assert found == []


def test_reads_rows_below_each_other_as_one_comment() -> None:
    long = " ".join(["word"] * 15)
    text = f"#!/bin/sh\n# {long}\n# {long}.\n\nset -u  # {long}\n# Short.\n#\n# {long}\n"
    assert [line for line, _ in comments(text)] == [2, 6, 8]
    assert [line for line, text in comments(text) if [*broken_sentences(text)]] == [2]
