"""Reads which commands a test runs: those that stand in one of its calls, or in one call of a
function that it calls, together with the words that it gives to that function.

A test that takes the fixture `block` runs the commands of the page themselves. Commands of make are
read as those of their recipes, and `pytest PATH` is run by every test below that path.

What is called is found by its name alone, and whether a call is reached is not looked at.
"""

import ast
import os
import re
import subprocess
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rollout.cli import COMMANDS, load_command
from tests.conftest import ROOT

FOLLOWED = ("tests", "lab")
"""Packages whose functions are read where a test calls them."""

DOORS = {"rollout.cli": "pay", "toolchain.cli": "toolchain"}
"""The modules whose names are commands of a program: `app` and `main` are the program itself."""

UNREAD = frozenset({"cd", "eval", "export", "pip"})
"""`pip download` asks a registry: a test compares the version that pages name."""


class NotRun(Exception):
    """A named test that is not there or runs no command, or a command that no named test runs."""


@dataclass(frozen=True)
class Line:
    """The words of one call or one list, and the names whose words stand beside them."""

    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class Definition:
    """A function, method, fixture, constant or variable."""

    name: str
    lines: tuple[Line, ...]
    follows: frozenset[str] = frozenset()
    """The fixtures that it takes and the functions that it gives to others."""


def check(tests: list[str], commands: Iterable[list[str]]) -> None:
    """Require of each command that a named test (`PATH::TEST`) runs its subcommand and options.

    Raises NotRun.
    """
    known = {test: reached(test) for test in tests}
    idle = set(tests)
    for command in expanded(commands):
        if not (words := needed(command)):
            continue
        running = {
            test
            for test, definitions in known.items()
            if takes_block(test)
            or is_collected(test, command)
            or words in spoken(test, definitions, words)
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
    # Below `make test`, another make says which folder it enters and numbers its lines.
    above = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    variables = {name: value for name, value in os.environ.items() if name not in above}
    done = subprocess.run(make, cwd=ROOT, env=variables, capture_output=True, text=True)
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


def needed(command: list[str]) -> frozenset[str]:
    """Return what a test that runs the command has in one call: program, subcommand, options."""
    program, *arguments = command
    options = [each.partition("=")[0] for each in arguments if each.startswith("-")]
    others = [each for each in arguments if not each.startswith("-")]
    match program:
        case _ if program in UNREAD:
            return frozenset()
        case "pay":
            is_group = arguments[1:] and arguments[1] in _children(arguments[0])
            words = [program, *arguments[: 2 if is_group else 1]]
        case "aws":
            words = [program, *arguments[:2]]
        case "pytest":
            words = [program]
        case _ if re.search(r"python[\d.]*$", program) and "-m" in arguments:
            options.remove("-m")
            words = others[: 2 if others[0] == "toolchain" else 1]
        case _:
            options = [each for each in options if each != "-chdir"]
            words = [program, *others[:1]]
    return frozenset([*words, *options])


def _children(command: str) -> Container[str]:
    return getattr(load_command(command), "commands", ()) if command in COMMANDS else ()


@cache
def reached(test: str) -> Mapping[str, tuple[Definition, ...]]:
    """Return by name what the test may use. Raises NotRun where there is no such test."""
    path, _, name = test.partition("::")
    file = ROOT / path
    if not name.startswith("test_") or not file.is_file() or name not in _defined(file):
        raise NotRun(f"{test}: found no such test; write PATH::TEST")
    known = dict[str, tuple[Definition, ...]]()
    for module in _modules(file):
        for key, definitions in _defined(module).items():
            known[key] = (*known.get(key, ()), *definitions)
    return {**known, name: _defined(file)[name]}


def spoken(
    test: str, known: Mapping[str, tuple[Definition, ...]], wanted: frozenset[str]
) -> set[frozenset[str]]:
    """Return which of the wanted words stand together in a call that the test reaches."""
    start = test.partition("::")[2]
    found: dict[str, set[frozenset[str]]] = {start: set()}
    is_new = True
    while is_new:
        before = {name: len(sets) for name, sets in found.items()}
        for name in [*found]:
            for definition in known.get(name, ()):
                for each in definition.follows:
                    found[name] |= found.setdefault(each, set())
                for line in definition.lines:
                    sets = {line.words & wanted}
                    for each in line.names:
                        sets |= {a | b for a in sets for b in found.setdefault(each, set())}
                    found[name] |= sets
        is_new = before != {name: len(sets) for name, sets in found.items()}
    return found[start]


@cache
def _defined(file: Path) -> Mapping[str, tuple[Definition, ...]]:
    """Return what a module defines, by name; a method's begins with a point."""
    tree = ast.parse(file.read_text())
    reader = _Reader(file, tree)
    found = dict[str, tuple[Definition, ...]]()
    for definition in reader.definitions(tree):
        found[definition.name] = (*found.get(definition.name, ()), definition)
    return found


class _Reader:
    """Reads one module."""

    def __init__(self, file: Path, tree: ast.Module) -> None:
        self._file = file
        self._modules = {
            (name.asname or name.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        }
        self._doors = {
            (name.asname or name.name): frozenset(
                {DOORS[node.module], name.name.replace("_", "-")} - {"app", "main"}
            )
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module in DOORS
            for name in node.names
        }

    def definitions(self, tree: ast.AST, prefix: str = "") -> Iterator[Definition]:
        for node in ast.iter_child_nodes(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    yield from self._function(node, f"{prefix}{name}")
                case ast.ClassDef():
                    yield from self.definitions(node, ".")
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield Definition(name, tuple(self._rows(value, {})))

    def _function(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
    ) -> Iterator[Definition]:
        nodes = [node for each in (function.args, *function.body) for node in ast.walk(each)]
        given = [*self._given(function, nodes)]
        own = {variable: f"{self._file}:{name}:{variable}" for variable, _ in given}
        for variable, value in given:
            yield Definition(own[variable], tuple(self._rows(value, own)))
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        yield Definition(
            name,
            tuple(self._line(call, own) for call in calls),
            frozenset(each.arg for each in function.args.args)
            | {each for call in calls for each in _functions_given(call)},
        )
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from self._function(node, node.name)

    def _given(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, nodes: list[ast.AST]
    ) -> Iterator[tuple[str, ast.expr]]:
        """Yield the variables of a function, each with what it may be.

        That is a row of a parametrisation, an element of a loop, a value or a default.
        """
        for decorator in function.decorator_list:
            match decorator:
                case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, rows, *_]):
                    for name in re.findall(r"\w+", " ".join(_strings(names))):
                        yield name, rows
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    if not isinstance(value, ast.Call):
                        yield name, value
                case ast.For(target=ast.Name(id=name), iter=rows):
                    yield name, rows
                case ast.comprehension(target=ast.Name(id=name), iter=rows):
                    yield name, rows
                case ast.arguments():
                    positional = zip(node.args[::-1], node.defaults[::-1], strict=False)
                    by_keyword = zip(node.kwonlyargs, node.kw_defaults, strict=True)
                    for argument, default in (*positional, *by_keyword):
                        if default is not None:
                            yield argument.arg, default

    def _rows(self, value: ast.expr, own: Mapping[str, str]) -> Iterator[Line]:
        """Yield a line for each list in a list, each value of a table, or one for all."""
        match value:
            case ast.Dict(values=rows):
                pass
            case ast.List(elts=rows) | ast.Tuple(elts=rows) if rows and all(
                isinstance(row, ast.List | ast.Tuple | ast.Call) for row in rows
            ):
                pass
            case _:
                rows = [value]
        for row in rows:
            yield self._line(row, own)

    def _line(self, node: ast.expr, own: Mapping[str, str]) -> Line:
        words, names = set[str](), set[str]()
        match node:
            case ast.Call(func=ast.Name(id="partial"), args=[ast.Name(id=name), *_]):
                names.add(name)
            case ast.Call(func=ast.Name(id=name)):
                names.add(own.get(name, name))
            case ast.Call(func=ast.Attribute(attr=name, value=base)):
                if not (isinstance(base, ast.Name) and base.id in self._modules):
                    names |= {name, f".{name}"}
                words |= _words(base) if isinstance(base, ast.Constant) else set()
        for part in _parts(node):
            match part:
                case ast.Constant():
                    words |= _words(part)
                case ast.Name(id=name):
                    words |= self._doors.get(name, frozenset())
                    if name in own or name.isupper():
                        names.add(own.get(name, name))
        return Line(frozenset(words), frozenset(names))


def _parts(node: ast.expr) -> Iterator[ast.AST]:
    """Yield what stands in a call or a list, but for what stands in calls within it."""
    waiting: list[ast.AST] = [node]
    match node:
        case ast.Call(func=ast.Name()):
            waiting = [node.func, *_arguments(node)]
        case ast.Call():
            waiting = [*_arguments(node)]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, ast.Call | ast.Lambda):
            waiting += ast.iter_child_nodes(part)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _functions_given(call: ast.Call) -> Iterator[str]:
    for argument in _arguments(call):
        match argument:
            case ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name):
                yield f".{name}"


def _strings(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _words(node: ast.Constant) -> set[str]:
    words = set(re.findall(r"[\w.-]+", node.value)) if isinstance(node.value, str) else set()
    return words | {program for module, program in DOORS.items() if module in words}


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
