"""The command line of set-up."""

import argparse
import os
import shlex
import shutil
import sys

from toolchain.environment import changes, tool_environment
from toolchain.locks import lock
from toolchain.paths import VENV_BIN
from toolchain.problems import ToolProblem
from toolchain.setup import install
from toolchain.setup.node import NODE
from toolchain.setup.terraform import TERRAFORM


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
                lock.lock(upgrade=options.upgrade)
            case "bindings":
                from toolchain.bindings.trim import trim_from_provider

                trim_from_provider()
            case "cdktn":
                from toolchain.cdktn.trial import try_switch

                try_switch()
    except ToolProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; run it again to continue", file=sys.stderr)
        return 130
    return 0


def shell_lines() -> str:
    """Return lines for `eval` in a shell, with the differences from its environment."""
    lines = []
    for name, value in changes(os.environ).items():
        if name == "PATH":
            # The shell's own PATH, not that of make.
            lines.append(f'export PATH={shlex.quote(str(VENV_BIN))}:"$PATH"')
        elif value is None:
            lines.append(f"unset {name}")
        else:
            lines.append(f"export {name}={shlex.quote(value)}")
    return "\n".join(lines)


def _run(program: list[str]) -> None:
    command = program[1:] if program[:1] == ["--"] else program
    env = tool_environment()
    if not command or shutil.which(command[0], path=env["PATH"]) is None:
        raise ToolProblem(
            f"there is no program {command[0]}" if command else "no program was given",
            needed="a finished set-up",
            do="run `make setup`",
        )
    NODE.require(env["PATH"])
    TERRAFORM.require(env["PATH"])
    if not sys.stdout.isatty():
        env.setdefault("CI", "true")  # cdktf draws no spinner into a file or a log
    sys.stdout.flush()
    os.execvpe(command[0], command, env)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="install what is missing")
    setup.add_argument(
        "--with-prebuilt", action="store_true", help="also install the benchmark's environment"
    )
    commands.add_parser("env", help="print the variables for `eval`")
    run = commands.add_parser("run", help="run a program with these variables")
    run.add_argument("program", nargs=argparse.REMAINDER)
    locking = commands.add_parser("lock", help="update the lock files")
    locking.add_argument("--upgrade", action="store_true", help="use the newest allowed versions")
    commands.add_parser("bindings", help="trim the provider's schema")
    commands.add_parser("cdktn", help="try the switch to cdktn in a copy")
    return parser
