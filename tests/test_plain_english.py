"""Docstrings, comments and names follow the rules of plain English that can be counted."""

import ast
import inspect
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import StringIO
from itertools import pairwise

import pytest

from tests.conftest import ROOT

FOLDERS = ("constructs", "lab", "policies", "rollout", "sandbox", "stacks", "toolchain", "main.py")
"""The folders and files that follow the rules."""

MOST_WORDS = 20
QUESTIONS = {"How", "What", "When", "Where", "Whether", "Which", "Who", "Why"}
"""A docstring begins with a verb, or with a noun that names the thing."""
NO_VERBS = frozenset(
    """
    A An The
    About After As At Before Between Beyond By For From In Inside Into Of On Outside To With Without
    All Another Any Both Each Either Every Many Most Neither No None Nothing One Only Some Something
    Her His It Our Such That Their There These They This Those We You Your
    Also Always And Because But If Must Never Not Now Once So Then Until While
    Fargate Python Terraform Unique
    """.split()
)
"""No docstring of a function begins so: articles, prepositions, quantifiers, pronouns, names."""
VERB = re.compile(r"[A-Z][a-z]*(?:[a-rt-z]|ss),?\s+(?!->)")
"""The shape of an imperative: `Returns`, `Tasks`, `AWS`, `I15:` and `Id -> name` differ."""
VAGUE = {"found", "made", "said", "told"}
"""Participles that do not name a value."""

MARKDOWN = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (
        ROOT / "README.md",
        *(ROOT / ".github").glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    )
    if file.parent.name != "decisions"
)
"""The pages that follow the rules: neither the decisions nor the list of changes."""

FOUND = ("constructs/pay/model/problem.py", "the name found")
"""The name that stays: a problem says in four parts where, what was found, what is allowed, what
to do.
"""

Function = ast.FunctionDef | ast.AsyncFunctionDef

CLASS = re.compile(r"(?m)^ *class _*(\w+)[(:]")
ALIAS = re.compile(r"(?m)^_*([A-Z]\w*[a-z]\w*)(?:: TypeAlias)? = ")
"""An alias of a type, a TypeVar or a NewType: the name of a constant has no small letter."""

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
COMMENTED = re.compile(r"(?m)(?:^.*#.*\n?)+")
"""Rows below each other that may have a comment each."""
COLON_IN_COMMENT = re.compile(r"(?m)#.*:(?: |$)")
NEW_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.)\s)")
"""Each row of a list or a table stands alone."""

COLON = re.compile(r"(?<=[\w`\"')]): (?=\S)")
LABEL_WORDS = 2
"""So many words before a colon are a label, as in `Source: a page` and `Raises: an error`."""
LIST_OR_VALUE = re.compile(r",| and | or |->|[`\"\[]|https?:|\d")
"""What the rest of a sentence holds after its colon: several things, code, a link, a number."""


@lru_cache(maxsize=1)
def walk(tree: ast.AST) -> list[ast.AST]:
    """Return every node of a tree, which several rules look at one after the other."""
    return [*ast.walk(tree)]


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the docstrings of modules, classes, functions and values."""
    for node in walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        documented = [*pairwise(body)]
        if body and isinstance(node, ast.Module | ast.ClassDef | Function):
            documented.append((node, body[0]))
        for before, after in documented:
            match before, after:
                case (
                    ast.Module()
                    | ast.ClassDef()
                    | ast.FunctionDef()
                    | ast.AsyncFunctionDef()
                    | ast.Assign()
                    | ast.AnnAssign(),
                    ast.Expr(ast.Constant(str()) as text),
                ):
                    yield text


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield the first line and the text of each comment. Rows below each other are one comment,
    unless code stands before them. Nothing is yielded where no comment is long or has a colon.
    """
    is_long = any(len(rows.split()) > MOST_WORDS for rows in COMMENTED.findall(source))
    if not (is_long or COLON_IN_COMMENT.search(source)):
        return
    start, rows = 0, list[str]()
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, text = token.start[0], token.string.removeprefix("#")
        has_code = not token.line.lstrip().startswith("#")
        if rows and not has_code and line == start + len(rows):
            rows.append(text)
            continue
        yield start, "\n".join(rows)
        start, rows = line, [text]
    yield start, "\n".join(rows)


def sentences(text: str) -> Iterator[str]:
    """Yield each sentence in one row, without those of tables."""
    for paragraph in NEW_PARAGRAPH.split(text):
        if not paragraph.lstrip().startswith("|"):
            yield from SENTENCE_END.split(" ".join(paragraph.split()))


def long_sentences(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        if (words := len(sentence.split())) > MOST_WORDS:
            yield f"{words} words: {sentence}"


def clauses(text: str) -> Iterator[str]:
    """Yield each sentence with a colon before a clause (ADR 237)."""
    for sentence in sentences(text):
        before, *after = COLON.split(sentence, maxsplit=1)
        is_label = len(before.lstrip("-* ").split()) <= LABEL_WORDS
        if after and not is_label and not LIST_OR_VALUE.search(after[0]):
            yield f"a colon before a clause: {sentence}"


def broken_sentences(text: str) -> Iterator[str]:
    yield from long_sentences(text)
    yield from clauses(text)


def prose(markdown: str) -> str:
    """Return the text without its commands. Each heading and cell of a table stands alone, and
    code is one word.
    """
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "\n\n", markdown)
    text = re.sub(r"`[^`]+`", "`code`", text)
    text = re.sub(r"(?m)^#.*$", r"\g<0>\n\n", text)
    return re.sub(r"(?m)^\|.*$", lambda row: row[0].replace("|", "\n\n") + "\n\n", text)


def vague_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                pass
            case ast.arg(arg=name):
                pass
            case _:
                continue
        if name in VAGUE:
            yield node.lineno, f"the name {name}"


def openings_without_a_verb(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the first word of each docstring of a function that begins with no verb. That of a
    constructor may begin with a parameter: its class says what is constructed.
    """
    for node in walk(tree):
        if isinstance(node, Function) and (text := ast.get_docstring(node)):
            first = text.split(maxsplit=1)[0]
            is_parameter = node.name == "__init__" and first.startswith("`")
            is_verb = VERB.match(text) and first.rstrip(",") not in NO_VERBS
            if not (is_verb or is_parameter):
                yield node.body[0].lineno, f"a function's docstring that opens with {first}"


def mistakes(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each broken rule."""
    tree = ast.parse(source)
    for node in docstrings(tree):
        text = inspect.cleandoc(str(node.value))
        if (first := text.split(maxsplit=1)[0]) in QUESTIONS:
            yield node.lineno, f"a docstring that opens with {first}"
        yield from ((node.lineno, each) for each in broken_sentences(text))
    for line, text in comments(source):
        yield from ((line, each) for each in broken_sentences(text))
    yield from vague_names(tree)
    yield from openings_without_a_verb(tree)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_words_are_plain(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]
    assert [
        f"{file.relative_to(ROOT)}:{line}: {mistake}"
        for file in files
        for line, mistake in mistakes(file.read_text(encoding="utf-8"))
        if (file.relative_to(ROOT).as_posix(), mistake) != FOUND
    ] == []


def names_of_several_classes(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Return each name that a class shares with another class or with an alias, and the files of
    all of them. An underscore at the start makes no other name.
    """
    classes, aliases = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for file, source in sources.items():
        for name in CLASS.findall(source):
            classes[name].append(file)
        for name in ALIAS.findall(source):
            aliases[name].append(file)
    files = {name: those + aliases[name] for name, those in classes.items()}
    return {name: those for name, those in files.items() if len(those) > 1}


def test_a_class_has_a_name_of_its_own() -> None:
    """A name has one meaning, in whichever package a reader meets it."""
    files = [f for each in FOLDERS for f in sorted((ROOT / each).rglob("*.py")) or [ROOT / each]]
    sources = {f.relative_to(ROOT).as_posix(): f.read_text(encoding="utf-8") for f in files}
    assert names_of_several_classes(sources) == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_package_names_one_thing_that_belongs_there(folder: str) -> None:
    firsts = {
        file.relative_to(ROOT).as_posix(): SENTENCE_END.split(text, maxsplit=1)[0]
        for file in (ROOT / folder).rglob("__init__.py")
        if (text := ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert [name for name, first in firsts.items() if "and" in first.split()] == []


@pytest.mark.parametrize("page", MARKDOWN)
def test_the_sentences_of_pages_are_plain(page: str) -> None:
    assert list(broken_sentences(prose((ROOT / page).read_text(encoding="utf-8")))) == []


LONG = "word " * 21


@pytest.mark.parametrize(
    "source",
    [
        f'"""A module. {LONG}."""',
        f'def function():\n    """Return a value.\n\n    {LONG}\n    """',
        f'VALUE = 1\n"""{LONG}"""',
        f"# {'word ' * 15}\n# {'word ' * 15}",
        f'"""Rows:\n\n- A row.\n- {LONG}\n"""',
        '"""Let no time pass: the pace shortens nothing."""',
        "# Let no time pass: the pace\n# shortens nothing.",
        'class Class:\n    """What it is."""',
        'class Class:\n    field: int\n    """Whether it is."""',
        *(
            f'async def function():\n    """{opening} it."""'
            for opening in (
                "An action of",
                "In a stack,",
                "Each of",
                "Tasks reach",
                "I13: no data,",
                "Id -> name of",
            )
        ),
        'class Class:\n    def name(self):\n        """`a`, as AWS writes it."""',
        "found = 1",
        "def function(told): ...",
        "self.said = 1",
    ],
)
def test_a_broken_rule_is_reported(source: str) -> None:
    assert len(list(mistakes(source))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Return the product as AWS writes it: a text of JSON.",
        "A sentence.\n\n- A row of a list: the others\n  differ.",
        "Let no time pass: the pace shortens nothing. Another sentence, and more.",
    ],
)
def test_a_colon_before_a_clause_is_reported(text: str) -> None:
    assert len(list(clauses(text))) == 1


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
    assert list(clauses(text)) == []


@pytest.mark.parametrize(
    "source",
    [
        f'"""{"Word. " * 30}"""',
        f'"""Rows:\n\n| {LONG} |\n"""',
        f'"""Rows:\n\n- {"word " * 15}\n- {"word " * 15}\n"""',
        f"x = 1  # {'word ' * 15}\ny = 2  # {'word ' * 15}",
        f'VALUE = """{LONG}"""',
        'def function():\n    """Start, drain or end it."""',
        'def function():\n    """Pass it on."""',
        'class Class:\n    """A name."""\n    def __init__(self, a):\n        """`a` is known."""',
        'print("What is found")',
    ],
)
def test_plain_words_and_other_texts_pass(source: str) -> None:
    assert list(mistakes(source)) == []


def test_a_name_of_several_classes_is_reported() -> None:
    sources = {
        "a.py": "class Verdict(StrEnum): ...\nclass Part: ...",
        "b.py": "def function():\n    class Verdict: ...",
        "c.py": '"""A class of parts."""\nclass PartName: ...',
        "d.py": "class _Verdict: ...\nPARTS = ()\n_PARTS: int = 1",
    }
    assert names_of_several_classes(sources) == {"Verdict": ["a.py", "b.py", "d.py"]}


@pytest.mark.parametrize(
    "alias",
    [
        "Part = Mapping[str, Any]",
        "_Part: TypeAlias = str | int",
        'Part = TypeVar("Part")',
        'Part = NewType("Part", str)',
    ],
)
def test_an_alias_with_the_name_of_a_class_is_reported(alias: str) -> None:
    sources = {"a.py": "class _Part: ...", "b.py": alias}
    assert names_of_several_classes(sources) == {"Part": ["a.py", "b.py"]}


def test_aliases_may_have_one_name() -> None:
    sources = {"a.py": "Yaml = dict[str, Any]", "b.py": "Yaml = dict[str, Any]"}
    assert names_of_several_classes(sources) == {}


@pytest.mark.parametrize("page", [LONG, f"- {LONG}", f"| cell | {LONG} |\n", f"# {LONG}"])
def test_a_long_sentence_of_a_page_is_reported(page: str) -> None:
    assert len(list(long_sentences(prose(page)))) == 1


@pytest.mark.parametrize(
    "page",
    [f"```sh\n{LONG}\n```\n", f"Run `{LONG}`.", f"| {'word ' * 15} | {'word ' * 15} |\n"],
)
def test_commands_and_short_cells_pass(page: str) -> None:
    assert list(long_sentences(prose(page))) == []
