"""The command `pay`: what people run around a deploy.

Every command is a function in the module named below, found only when it is run: `pay --help` and
one command stay quick however many there are. Exit codes: 0 fine, 1 refused, 2 wrong use.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command


class Listed(NamedTuple):
    """A command as `pay --help` lists it."""

    name: str
    module: str
    """The module whose function of the command's name, hyphens as underscores, is the command."""
    summary: str
    panel: str


MOVING, CHECKING = "Moving services", "Checking changes"

COMMANDS = {
    listed.name: listed
    for listed in (
        Listed("stages", "rollout.cli.stages", "Show where every service stands.", MOVING),
        Listed("promote", "rollout.cli.promote", "Move a service one stage on.", MOVING),
        Listed("rollback", "rollout.cli.rollback", "Give traffic back to EC2.", MOVING),
        Listed("journal", "rollout.cli.journal", "Show who moved what, when and why.", MOVING),
        Listed("plan-moves", "rollout.cli.plan_moves", "Show what happens when.", MOVING),
        Listed("stacks", "rollout.cli.stacks", "Show which stacks there are.", CHECKING),
        Listed("adopt", "rollout.cli.adopt", "Take over what runs on EC2 today.", MOVING),
        Listed("guard", "rollout.cli.guard", "Refuse a plan that could hurt.", CHECKING),
        Listed("review", "rollout.cli.review", "Tell what a plan does.", CHECKING),
        Listed("policy", "rollout.cli.policy", "Run the PCI gate.", CHECKING),
        Listed("parity", "rollout.cli.parity", "Compare the two sides.", CHECKING),
    )
}


class Commands(TyperGroup):
    """Lists all commands without importing one, and imports the one that is run."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for listed in COMMANDS.values():
            if _is_there(listed.module):
                self.add_command(_stand_in(listed))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, None, rest
        return name, load(COMMANDS[name]), rest


def load(listed: Listed) -> Any:
    """The command itself; its module may hold a function or a `typer.Typer` of that name."""
    found = getattr(import_module(listed.module), listed.name.replace("-", "_"))
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False, rich_markup_mode="markdown")
        found.command(listed.name)(function)
    return get_command(found)


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


def _stand_in(listed: Listed) -> Any:
    """What `pay --help` shows of a command: its name, summary and panel."""
    stand_in = typer.Typer(add_completion=False)
    stand_in.command(listed.name, help=listed.summary, rich_help_panel=listed.panel)(lambda: None)
    return get_command(stand_in)


def _is_there(module: str) -> bool:
    """Looks at the files: Python's own look-up would import the packages on the way."""
    path = Path(__file__).parents[2].joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or path.joinpath("__init__.py").is_file()
