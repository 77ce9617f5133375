"""Texts that people read have short sentences."""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.test_plain_english import FOLDERS, LONG, docstrings, long_sentences, walk

TEXT_CALLS = {"Argument", "Finding", "GateProblem", "GuardFinding", "Option", "Problem", "Refused"}
"""The calls whose arguments a person reads."""
TEXT_FILES = {"rollout/measure/explain.py"}
"""The files of which a person reads every text."""


def text_of(node: ast.expr) -> str:
    """Return the text of a string, with one word for each value that a run puts into it."""
    match node:
        case ast.Constant(str() as text):
            return text
        case ast.JoinedStr(parts):
            return "".join(
                text_of(part) if isinstance(part, ast.Constant) else "X" for part in parts
            )
        case _:
            return ""


def called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def texts(tree: ast.AST, *, everything: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string that a person reads."""
    others = {id(node) for node in docstrings(tree)} | {
        id(part) for node in walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    roots: list[ast.AST] = (
        [tree]
        if everything
        else [
            argument
            for node in walk(tree)
            if isinstance(node, ast.Call) and called(node.func) in TEXT_CALLS
            for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        ]
    )
    for root in roots:
        for node in ast.walk(root):
            if isinstance(node, ast.expr) and id(node) not in others and (text := text_of(node)):
                yield node.lineno, text


def long_texts(source: str, *, everything: bool = False) -> dict[str, int]:
    """Return each long sentence of the strings that a person reads, with its line."""
    read = texts(ast.parse(source), everything=everything)
    return {sentence: line for line, text in read for sentence in long_sentences(text)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_sentences_of_texts_are_short(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]
    assert [
        f"{name}:{line}: {sentence}"
        for file in files
        if (name := file.relative_to(ROOT).as_posix())
        for sentence, line in long_texts(
            file.read_text(encoding="utf-8"), everything=name in TEXT_FILES
        ).items()
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        f'Finding("{LONG}")',
        f'typer.Option(help="{LONG}")',
        f'terminal.Refused(Problem(f"{{where}} {"word " * 20}"))',
        f'Problem(where, "a" if short else "{LONG}")',
    ],
)
def test_a_long_text_is_reported(source: str) -> None:
    assert len(long_texts(source)) == 1


@pytest.mark.parametrize("source", [f'print("{LONG}")', f'Finding("{"Word. " * 30}")'])
def test_short_and_other_texts_pass(source: str) -> None:
    assert long_texts(source) == {}
