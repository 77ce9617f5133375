"""Reads which commands a test runs: from its own text, and from the functions that it calls.

A test that takes the fixture `block` runs the commands of the page themselves. Commands of make are
read as those of their recipes, and `pytest PATH` is run by every test below that path.
"""

import ast
import re
import subprocess
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rollout.cli import COMMANDS, load_command
from tests.conftest import ROOT

FOLLOWED = ("tests", "lab")
"""Packages whose functions are read where a test calls them."""


class NotRun(Exception):
    """A named test that is not there or runs no command, or a command that no named test runs."""


@dataclass(frozen=True)
class Definition:
    """A function, method or constant."""

    name: str
    text: str
    uses: frozenset[str]
    """The names that stand in it."""


def check(tests: list[str], commands: Iterable[list[str]]) -> None:
    """Require of each command that a named test (`PATH::TEST`) has its subcommand and options.

    A program without a pattern, such as `export`, is left out. Raises NotRun.
    """
    texts = {test: text_of(test) for test in tests}
    idle = set(tests)
    for command in filter(patterns, expanded(commands)):
        running = {
            test
            for test, text in texts.items()
            if takes_block(test)
            or is_collected(test, command)
            or all(re.search(pattern, text) for pattern in patterns(command))
        }
        if not running:
            raise NotRun(
                f"{' '.join(command)}: found no test among {', '.join(tests)} that runs it"
            )
        idle -= running
    if idle:
        raise NotRun(f"{', '.join(sorted(idle))}: found none of the block's commands in it")


def expanded(commands: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield the commands, and for one of make those that it would run."""
    for command in commands:
        if command[0] == "make":
            yield from recipe(tuple(command[1:]))
        else:
            yield command


@cache
def recipe(arguments: tuple[str, ...]) -> tuple[list[str], ...]:
    """Return what make would run, without the set-up before it. Raises NotRun: it would fail."""
    before = [] if "setup" in arguments else ["--old-file=setup"]
    make = ["make", "--dry-run", *before, *arguments]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise NotRun(f"make {' '.join(arguments)}: {done.stderr.strip()}")
    lines = (line.split() for line in done.stdout.splitlines())
    return tuple(line for line in lines if line[0] != "make:")


def is_collected(test: str, command: list[str]) -> bool:
    """Return whether the command is pytest on a path that has the test."""
    file = Path(test.partition("::")[0])
    paths = (each for each in command[1:] if not each.startswith("-"))
    return command[0] == "pytest" and any(file.is_relative_to(path) for path in paths)


def takes_block(test: str) -> bool:
    """Return whether the test takes the commands of the page as its argument."""
    path, _, name = test.partition("::")
    functions = ast.walk(ast.parse((ROOT / path).read_text()))
    return any(
        isinstance(each, ast.FunctionDef)
        and each.name == name
        and any(argument.arg == "block" for argument in each.args.args)
        for each in functions
    )


def patterns(command: list[str]) -> list[str]:
    """Return what the text of a test that runs the command has: its subcommands and its options."""
    program, *arguments = command
    options = [each.partition("=")[0] for each in arguments if each.startswith("-")]
    match program:
        case "pay":
            is_group = arguments[1:] and arguments[1] in _children(arguments[0])
            words = arguments[: 2 if is_group else 1]
        case "aws":
            words = [program, *arguments[:2]]
        case "cdktf" | "terraform":
            options = [each for each in options if each != "-chdir"]
            words = [program, next(each for each in arguments if not each.startswith("-"))]
        case "pytest":
            words = [program]
        case "pre-commit":
            words = [program, arguments[0]]
        case _ if re.search(r"python[\d.]*$", program) and "-m" in arguments:
            at = arguments.index("-m") + 1
            options.remove("-m")
            words = arguments[at : at + 1]
            if words == ["toolchain"]:
                words = arguments[at + 1 : at + 2]
        case _:
            return []
    return [
        *(rf"""["']{word}["']|\bpay {word}\b|\.{word}\(""" for word in words),
        *(rf"(?<![\w-]){option}(?![\w-])" for option in options),
    ]


def _children(command: str) -> Container[str]:
    return getattr(load_command(command), "commands", ()) if command in COMMANDS else ()


def text_of(test: str) -> str:
    """Return the text of a test and of all that it uses. Raises NotRun where it is not there."""
    path, _, name = test.partition("::")
    file = ROOT / path
    own = [each for each in _defined(file) if each.name == name] if file.is_file() else []
    if not own or not name.startswith("test_"):
        raise NotRun(f"{test}: found no such test; write PATH::TEST")
    known = [each for module in _modules(file) for each in _defined(module)]
    read, waiting = {name}, own
    texts = list[str]()
    while waiting:
        texts += (each.text for each in waiting)
        used = {word for each in waiting for word in each.uses} - read
        read |= used
        waiting = [each for each in known if each.name in used]
    return "\n".join(texts)


@cache
def _defined(file: Path) -> tuple[Definition, ...]:
    text = file.read_text()
    lines = text.splitlines()
    return tuple(
        Definition(
            name,
            "\n".join(lines[_first_line(node) - 1 : node.end_lineno]),
            frozenset(_used(node)),
        )
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign)
        for name in _names(node)
    )


def _first_line(node: ast.stmt) -> int:
    """Decorators belong to a function: they hold the parameters of a test."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) if name.isupper():
            yield name


def _used(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name


def _modules(file: Path) -> Iterator[Path]:
    """Yield the file, its conftest.py files, and what they import of the followed packages."""
    conftests = [folder / "conftest.py" for folder in file.relative_to(ROOT).parents]
    waiting, seen = [file, *(ROOT / each for each in conftests)], set[Path]()
    while waiting:
        module = waiting.pop()
        if module in seen or not module.is_file():
            continue
        seen.add(module)
        yield module
        waiting += (ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in _imports(module))


def _imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FOLLOWED:
            yield str(node.module)
