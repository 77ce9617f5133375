"""Refuse a plan that could hurt.

Give it all stacks, or all plans, of a change at once, because some rules look at several plans.
Stacks are planned as `pay review` does it, and with a side its records.

Exit codes: 0 clean, 1 refused, 2 not a plan.

Example: `pay guard test-12-connector-ec2`, or `pay guard plans/*.json`
"""

from typing import Annotated

import typer

from pay.model.problem import InvalidInput
from rollout.delivery.stack_plans import plan_files_of
from rollout.guard.options import Allow, Base, Because, Plans, allowances, read_and_judge
from rollout.guard.report import as_data, print_mistakes, print_rules, print_verdict
from rollout.terminal.arguments import Json
from rollout.terminal.console import console, print_json


def _list_rules(is_given: bool) -> None:
    if is_given:
        print_rules(console())
        raise typer.Exit(0)


def guard(
    plans: Plans,
    allow: Allow = [],  # noqa: B006  typer reads the default and copies it
    because: Because = [],  # noqa: B006
    base: Base = None,
    as_json: Json = False,
    rules: Annotated[
        bool,
        typer.Option(
            "--rules", callback=_list_rules, is_eager=True, help="List every rule and its reason."
        ),
    ] = False,
) -> None:
    allowed = allowances(allow, because)
    try:
        context, verdict = read_and_judge(plan_files_of(plans), base, allowed)
    except InvalidInput as mistakes:
        print_mistakes(mistakes, as_json=as_json)
        raise typer.Exit(2) from None
    if as_json:
        print_json(as_data(context, verdict))
    else:
        print_verdict(console(), context, verdict)
    raise typer.Exit(0 if verdict.is_clean else 1)
