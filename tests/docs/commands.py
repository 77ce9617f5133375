"""Checks commands that a test cannot run: each program, subcommand, argument and option exists."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import typer
from typer.testing import CliRunner

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from rollout.cli import app as pay
from rollout.cli import load_command
from rollout.images.pins import SIDECARS
from tests.conftest import ROOT

_ENDS = {"&&", "||", ";", "|", "&"}
_BEFORE_A_COMMAND = {"!", "do", "if", "then", "until", "while"}

_FILE = re.compile(r"[\w./-]*[./][\w./-]*")
"""What may be a file, if it has a suffix, or else a folder."""

_ADDED = "test-13"
"""The environment that the page about adding one adds."""

_NAMES: Mapping[str, Collection[str]] = {
    "environment": (*environment_files(ROOT / "environments"), _ADDED),
    "service": CATALOGUE,
    "sidecar": SIDECARS,
}
"""Parameter of a command of `pay` -> the names that it takes."""


class UnknownCommand(Exception):
    """A command that would be refused before it did anything."""


def check(script: str) -> None:
    """Refuse a script whose commands would be wrong use.

    Raises UnknownCommand for the first of them.
    """
    for command in commands(script):
        _check(command)


def check_pay(script: str) -> None:
    """Refuse a script with a command of `pay` that would be wrong use. Raises UnknownCommand."""
    for command in commands(script):
        if command[0] == "pay":
            _check(command)


def commands(script: str) -> Iterator[list[str]]:
    """Yield every simple command of a script, without comments and the settings before it."""
    for line in re.sub(r"\\\n", " ", script).splitlines():
        for inner in re.findall(r"\$\((.+?)\)", line):
            yield from commands(inner)
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = "#"
        command: list[str] = []
        for word in [*lexer, ";"]:
            if word in _ENDS:
                if command:
                    yield command
                command = []
            elif command or not (re.match(r"\w+=", word) or word in _BEFORE_A_COMMAND):
                command.append(word)


def _check(command: list[str]) -> None:
    program, *arguments = command
    if ">" in arguments:
        arguments = arguments[: arguments.index(">")]
    match program:
        case "pay":
            _check_pay(arguments)
        case "python" if arguments[:1] == ["-m"]:
            if find_spec(arguments[1]) is None:
                raise UnknownCommand(f"no module {arguments[1]}")
        case "make":
            _check_make(arguments)
        case "cdktf" | "terraform":
            _check_options(program, arguments)
        case _ if "/" in program:
            if not (ROOT / program).is_file():
                raise UnknownCommand(f"{program} does not exist")
        case "docker" | "fly" | "gh":
            raise UnknownCommand(f"{program} is not here; mark the block `stand-in: {program}`")
        case "aws" | "eval" | "export":
            pass  # Of the AWS CLI a test asks boto3, which refuses what there is not.
        case _:
            if shutil.which(program) is None and program != "cd":
                raise UnknownCommand(f"no program {program}")


def _check_pay(arguments: list[str]) -> None:
    """Parse them with the real command, which ends before it runs.

    The files that they name are there, because a page's reader has them. An option of `pay` itself
    would act, such as the one that writes into the reader's home.
    """
    if arguments[:1] and arguments[0].startswith("-"):
        raise UnknownCommand(f"pay {arguments[0]}: found an option where a command is required")
    with TemporaryDirectory() as folder:
        checkout = Path(folder, "checkout")
        checkout.mkdir()
        for word in filter(_FILE.fullmatch, arguments):
            path = Path(os.path.normpath(checkout / word))
            if path.is_relative_to(folder):
                (path.parent if path.suffix else path).mkdir(parents=True, exist_ok=True)
                if path.suffix:
                    path.touch()
        with contextlib.chdir(checkout), patch("rollout.cli.load_command", _parsing):
            result = CliRunner().invoke(pay, arguments)
    if result.exit_code:
        raise UnknownCommand(f"pay {' '.join(arguments)}: {result.output}")


def _parsing(name: str) -> Any:
    """Return a command of `pay` that parses its arguments, and checks names instead of running."""
    command = load_command(name)
    waiting = [command]
    for each in waiting:
        waiting += getattr(each, "commands", {}).values()
        if not hasattr(each, "commands"):
            each.invoke = _check_names
    return command


def _check_names(context: typer.Context) -> None:
    """Raise typer.BadParameter for a name that the command would refuse."""
    for parameter, names in _NAMES.items():
        name = context.params.get(parameter)
        if name is not None and name not in names:
            raise typer.BadParameter(f"{name!r} is not one of {', '.join(names)}.")


def _check_make(arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for argument in arguments:
        name, is_variable, _ = argument.partition("=")
        if is_variable:
            known = f"$({name})" in makefile or f"$(if $({name})" in makefile
        else:
            known = argument == "-s" or re.search(rf"^{name}:", makefile, re.MULTILINE) is not None
        if not known:
            raise UnknownCommand(f"make has no {argument}")


def _check_options(program: str, arguments: list[str]) -> None:
    words = [each for each in arguments if not each.startswith("-chdir=")]
    help_text = _help_of(program, words[0])
    for option in (each.partition("=")[0] for each in words[1:] if each.startswith("-")):
        if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text):
            raise UnknownCommand(f"{program} {words[0]} has no option {option}")


@cache
def _help_of(program: str, subcommand: str) -> str:
    """Raises UnknownCommand when the program does not have the subcommand."""
    if subcommand.startswith("-"):
        raise UnknownCommand(f"{program}: found {subcommand} where a subcommand is required")
    arguments = [subcommand, "-help" if program == "terraform" else "--help"]
    finished = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)
    text = finished.stdout + finished.stderr
    if finished.returncode or not re.search(rf"{program}.* {subcommand}\b", text):
        raise UnknownCommand(f"{program} has no {subcommand}")
    return text
