"""The command line of set-up."""

import argparse
import os
import shlex
import sys

from toolchain import install, lock
from toolchain.environment import changes, tool_environment
from toolchain.problems import ToolProblem


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "setup":
                install.install(with_prebuilt=options.with_prebuilt)
            case "env":
                print(shell_lines())
            case "run":
                _run(options.program)
            case "lock":
                lock.lock()
            case "bindings":
                from bindings.trim import trim_from_provider

                trim_from_provider()
    except ToolProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    return 0


def shell_lines() -> str:
    """Lines for `eval` in a shell: what differs from the shell's own environment."""
    lines = []
    for name, value in changes(os.environ).items():
        if value is None:
            lines.append(f"unset {name}")
        else:
            lines.append(f"export {name}={shlex.quote(value)}")
    return "\n".join(lines)


def _run(program: list[str]) -> None:
    command = program[1:] if program[:1] == ["--"] else program
    env = tool_environment()
    try:
        os.execvpe(command[0], command, env)
    except FileNotFoundError as error:
        raise ToolProblem(
            f"{command[0]} is not there", needed="a finished set-up", do="run `make setup`"
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="install what is missing")
    setup.add_argument("--with-prebuilt", action="store_true", help="the benchmark's environment too")
    commands.add_parser("env", help="print the variables to `eval`")
    run = commands.add_parser("run", help="run a command with these variables")
    run.add_argument("program", nargs=argparse.REMAINDER)
    commands.add_parser("lock", help="re-make the lock files")
    commands.add_parser("bindings", help="re-trim the provider schema")
    return parser
