"""Texts that people read have short sentences."""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.test_plain_english import FOLDERS, LONG, docstrings, long_sentences, walk

OTHERS = {
    # Alarms have these descriptions, which reach AWS: another text is a change of every alarm.
    "constructs/pay/model/monitoring/dip.py": {"Fewer than X requests reach X"},
    "constructs/pay/model/monitoring/queues.py": {"X received messages of X in vain,"},
    # Programs read these: CloudWatch Logs Insights, GitHub, TOML.
    "constructs/pay/model/monitoring/widgets.py": {"parse @message"},
    "rollout/pipelines/github.py": {"${{ inputs.action"},
    "toolchain/cdktn/switch.py": {"[X] newest ="},
    # AWS writes these.
    "sandbox/aws/ecr/ecr.py": {"Layers with digests"},
    "sandbox/aws/ecs/ecs.py": {"The provided target group X"},
    "sandbox/aws/ecs/run_task_checks.py": {"Please verify that the role"},
    "sandbox/aws/ecs/tasks.py": {"ResourceInitializationError: failed to validate logger args:"},
    "sandbox/aws/route53/rules.py": {
        "RRSet of type X with DNS name",
        "Tried to create an alias",
    },
}
"""Words of long texts that stay as they are, by their files."""


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


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string that is neither a docstring nor a list of words,
    which `split` makes of it.
    """
    others = {id(node) for node in docstrings(tree)}
    for node in walk(tree):
        match node:
            case ast.JoinedStr(parts):
                others |= {id(part) for part in parts}
            case ast.Attribute(value=ast.Constant() as words, attr="split"):
                others.add(id(words))
    for node in walk(tree):
        if isinstance(node, ast.expr) and id(node) not in others and (text := text_of(node)):
            yield node.lineno, text


def long_texts(source: str) -> dict[str, int]:
    """Return each long sentence of the strings, with its line."""
    read = texts(ast.parse(source))
    return {sentence: line for line, text in read for sentence in long_sentences(text)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_sentences_of_texts_are_short(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]
    assert [
        f"{name}:{line}: {sentence}"
        for file in files
        if (name := file.relative_to(ROOT).as_posix())
        for sentence, line in long_texts(file.read_text(encoding="utf-8")).items()
        if not any(words in sentence for words in OTHERS.get(name, ()))
    ] == []


@pytest.mark.parametrize("name", OTHERS)
def test_the_texts_of_others_are_there(name: str) -> None:
    sentences = long_texts((ROOT / name).read_text(encoding="utf-8"))
    assert [words for words in OTHERS[name] if not any(words in each for each in sentences)] == []


@pytest.mark.parametrize(
    "source",
    [
        f'Finding("{LONG}")',
        f'DO = "{LONG}"',
        f'def function():\n    text = "{LONG}"\n    raise ValueError(text)',
        f'terminal.Refused(Problem(f"{{where}} {"word " * 20}"))',
        f'Problem(where, "a" if short else "{LONG}")',
    ],
)
def test_a_long_text_is_reported(source: str) -> None:
    assert len(long_texts(source)) == 1


@pytest.mark.parametrize(
    "source", [f'"""{LONG}"""', f'WORDS = "{LONG}".split()', f'Finding("{"Word. " * 30}")']
)
def test_short_and_other_texts_pass(source: str) -> None:
    assert long_texts(source) == {}
