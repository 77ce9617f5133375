"""A colon stands before a list, a value or code; a clause is a sentence of its own (ADR 237)."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_plain_english import (
    FOLDERS,
    MARKDOWN,
    NEW_PARAGRAPH,
    SENTENCE_END,
    comments,
    docstrings,
    prose,
)

COLON = re.compile(r"(?<=[\w`\"')]): (?=\S)")
LABEL_WORDS = 2
"""So many words before a colon are a label, as in `Source: a page` and `Raises: an error`."""
LIST_OR_VALUE = re.compile(r",| and | or |->|[`\"\[]|https?:|\d")
"""What the rest of a sentence holds after the colon: more than one thing, code, a link, a number."""


def clauses(text: str) -> Iterator[str]:
    """Yield each sentence that has a colon before a clause."""
    for paragraph in NEW_PARAGRAPH.split(text):
        if paragraph.lstrip().startswith("|"):
            continue
        for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
            before, *after = COLON.split(sentence, maxsplit=1)
            is_label = len(before.lstrip("-* ").split()) <= LABEL_WORDS
            if after and not is_label and not LIST_OR_VALUE.search(after[0]):
                yield sentence


def clauses_of(file: Path) -> Iterator[str]:
    """Yield the line and the sentence of each such colon in docstrings and comments."""
    source = file.read_text(encoding="utf-8")
    texts = [
        (node.lineno, inspect.cleandoc(str(node.value))) for node in docstrings(ast.parse(source))
    ]
    for line, text in (*texts, *comments(source, least_words=0)):
        yield from (f"{file.relative_to(ROOT)}:{line}: {each}" for each in clauses(text))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_colon_stands_before_a_clause(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]
    assert [each for file in files for each in clauses_of(file)] == []


@pytest.mark.parametrize("page", MARKDOWN)
def test_no_colon_of_a_page_stands_before_a_clause(page: str) -> None:
    assert [*clauses(prose((ROOT / page).read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "text",
    [
        "Return the product as AWS writes it: a text of JSON.",
        "A sentence.\n\n- A row of a list: the others\n  differ.",
        "Let no time pass: the pace shortens nothing. Another sentence, and more.",
    ],
)
def test_a_colon_before_a_clause_is_reported(text: str) -> None:
    assert len([*clauses(text)]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Where moto differs:\n\n- A change is in sync at once.",
        "Two labs stand here: one for walks, one for faults.",
        "Start what is missing: `make setup`.",
        "Where moto differs from AWS: https://docs.aws.amazon.com",
        "Source: the page about limits",
        "- Not yet: the list is empty.",
        "| a cell with more words: the other |",
    ],
)
def test_a_colon_before_a_list_or_a_value_passes(text: str) -> None:
    assert [*clauses(text)] == []
