"""Turns the arguments that `pay guard` and `pay review` share into a verdict."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from pay.environments.load import load_needed
from pay.model.problem import InvalidInput
from pay.model.stacks import known_stacks
from rollout.guard.allowances import missing_reason, unknown_rule
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import GuardVerdict, judge
from rollout.plans.read import read_plans
from rollout.terminal.arguments import environments_folder
from rollout.terminal.environments import warn


def _rules(incomplete: str) -> list[str]:
    return [rule for rule in RULES if rule.startswith(incomplete)]


def _stacks(incomplete: str) -> list[str]:
    """Return what a shell offers for a stack; where it offers none it offers files."""
    with suppress(typer.BadParameter, InvalidInput):
        environments, _ = load_needed(environments_folder(), lambda _: False)
        return [id for id in known_stacks(environments) if id.startswith(incomplete)]
    return []


Plans = Annotated[
    list[str],
    typer.Argument(
        metavar="STACK|PLAN.json...",
        help="Stacks of one change by ids or shell globs, or its plans as `terraform show -json "
        "PLANFILE` writes them.",
        autocompletion=_stacks,
    ),
]

Allow = Annotated[
    list[str],
    typer.Option(
        "--allow",
        metavar="RULE",
        help="Break-glass: let the findings of this rule pass. Give --because for each.",
        autocompletion=_rules,
    ),
]

Because = Annotated[
    list[str],
    typer.Option(
        "--because", metavar="TEXT", help="Why the --allow before it is right; the review shows it."
    ),
]

Base = Annotated[
    Path | None,
    typer.Option(
        "--base",
        metavar="FOLDER",
        help="The environment files as they are before the change. Without it the stage before is "
        "read from the records alone. They cannot distinguish `cutover` from `soak`, or `legacy` "
        "from `dark`, so a move on from these is refused.",
    ),
]


def allowances(allow: list[str], because: list[str]) -> Mapping[str, str]:
    """Return rule id -> why.

    Raises typer.BadParameter when the two do not pair up, or a reason is empty. A rule that is
    unknown or named twice also raises it.
    """
    if len(allow) != len(because):
        raise typer.BadParameter(
            f"found {len(allow)} --allow and {len(because)} --because; give one reason for each",
            param_hint="--because",
        )
    for rule, reason in zip(allow, because, strict=True):
        if mistake := unknown_rule(rule):
            raise typer.BadParameter(mistake, param_hint="--allow")
        if mistake := missing_reason(rule, reason):
            raise typer.BadParameter(mistake, param_hint="--because")
    if twice := sorted({rule for rule in allow if allow.count(rule) > 1}):
        raise typer.BadParameter(
            f"found {', '.join(twice)} more than once; name a rule once, with its whole reason",
            param_hint="--allow",
        )
    return dict(zip(allow, because, strict=True))


def read_and_judge(
    plans: list[Path], base: Path | None, allowed: Mapping[str, str]
) -> tuple[Context, GuardVerdict]:
    """Return the plans and the guard's verdict about them.

    Raises InvalidInput when a plan, or an environment's file, cannot be read.
    """
    environments, mistakes = load_needed(environments_folder(), lambda _: False)
    try:
        read = read_plans(plans, environments)
    except InvalidInput as unread:
        # A plan may be of an environment whose file is wrong.
        raise InvalidInput((*unread.problems, *mistakes)) from None
    warn(mistakes)
    needed = {name for plan in read for name in plan.stack.environments}
    before = load_needed(base, needed.__contains__, with_followed=False)[0] if base else None
    context = Context(read, environments, before)
    return context, judge(context, allowed)
