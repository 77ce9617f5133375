"""Defines the commands of `pay`.

One module a command, imported when the command runs: `pay --help` stays quick however many there
are. A module's docstring is its command's help, so the list reads first sentences and imports none.
Exit codes: 0 fine, 1 refused, 2 wrong use, 130 stopped by Ctrl-C, 141 the reader has closed the
pipe.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from toolchain import streams
from toolchain.paths import ROOT

PANELS = {
    "Moving services": (
        "stages",
        "board",
        "judge",
        "smoke",
        "promote",
        "rollback",
        "journal",
        "plan-moves",
        "parity",
        "adopt",
        "reach",
        "quotas",
    ),
    "Following demand": ("scaling",),
    "Starting with an account": ("doctor",),
    "Watching": ("watching", "findings", "suppressions"),
    "Checking changes": ("stacks", "guard", "policy", "review"),
    "Delivering changes": (
        *("plan-changes", "judge-changes", "apply", "lock", "keep-records", "pipeline"),
    ),
    "Releasing": ("deploy", "release-order"),
    "Running tasks": ("migrate", "task"),
    "Sleeping": ("sleep", "wake", "asleep"),
    "Testing under load": ("load",),
    "Patching": ("images", "patch", "renew", "versions"),
    "Counting the cost": ("cost", "prices"),
    "Working on this project": ("sandbox", "schema"),
}
"""The commands as `pay --help` lists them, each in the module of its name."""

COMMANDS = {name: panel for panel, names in PANELS.items() for name in names}


class Commands(TyperGroup):
    """Lists all commands without importing one, and imports the command that runs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, panel in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary(name), rich_help_panel=panel))

    def main(self, *args: Any, **settings: Any) -> Any:
        streams.prepare()
        with streams.ending():
            return super().main(*args, **settings)

    def make_context(self, *args: Any, **settings: Any) -> Any:
        with streams.ending():  # `pay --help` prints here, and click has an end of its own
            return super().make_context(*args, **settings)

    def invoke(self, ctx: Any) -> Any:
        with streams.ending():
            _warn_of_another_checkout()
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name else None, rest


def _warn_of_another_checkout() -> None:
    """Warn that the code which runs is not that of the working folder. A checkout was copied or
    moved, and its programs start the code of the old place.
    """
    own = Path(__file__)
    here = Path("rollout", "cli", own.name)
    if here.is_file() and not here.samefile(own):
        typer.echo(
            f"pay: runs the code of {ROOT}, not that of this copy; run `make setup` here", err=True
        )


@cache
def summary(command: str) -> str:
    """Return the first paragraph of the docstring with which a command's module begins, without
    importing or compiling the module.
    """
    source = Path(__file__).with_name(f"{_identifier(command)}.py").read_text()
    return source.removeprefix('"""').partition('"""')[0].partition("\n\n")[0].strip()


def load_command(command: str) -> Any:
    """Import a command: its module holds a function or a `typer.Typer` of its name."""
    from rollout.terminal.console import Command  # `pay --help` needs none of it

    module = import_module(f"{__name__}.{_identifier(command)}")
    entry = getattr(module, _identifier(command))
    if not isinstance(entry, typer.Typer):
        function, entry = entry, typer.Typer(add_completion=False, rich_markup_mode="markdown")
        entry.command(command, cls=Command, help=module.__doc__)(function)
    loaded = get_command(entry)
    loaded.name = command
    return loaded


def _identifier(command: str) -> str:
    return command.replace("-", "_")


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _pay() -> None:
    """Move GOV.UK Pay's services from EC2 to Fargate, and check every change on the way.

    Run it at the root of the project, or set PAY_ENVIRONMENTS to the folder of environment files.
    """
