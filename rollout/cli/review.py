"""Explain what a plan does.

Prints Markdown for the pull request. It refuses nothing, `pay guard` does; give both the same plans
and the same --allow. Secrets and sensitive values never appear.

For a stack it takes the plan that `cdktf diff` left, while that holds. It holds for an hour, and no
longer than HCL and state stay the same. Else the stack is planned, with the credentials of the
shell or in the running sandbox.

Exit codes: 0 written, 2 not a plan, or a page that cannot be written.

Example: `pay review test-12-connector-ec2`, or `pay review plans/*.json --html review.html`
"""

from pathlib import Path
from typing import Annotated

import typer

from pay.files import replace_file
from pay.model.problem import InvalidInput
from pay.shown_text import printable
from rollout.delivery.stack_plans import plan_files_of
from rollout.guard.options import Allow, Base, Because, Plans, allowances, read_and_judge
from rollout.guard.report import print_mistakes
from rollout.review.document import review as review_plans
from rollout.review.policy import read_policy_result
from rollout.review.render import as_html, as_markdown
from rollout.terminal.console import reporting
from rollout.terminal.output_files import STANDARD_OUTPUT, writable


def review(
    plans: Plans,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write all of it as an HTML page.", callback=writable
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="RESULT.json", help="The PCI gate's result, `.cache/policy/pci.json`."
        ),
    ] = None,
    allow: Allow = [],  # noqa: B006  typer reads the default and copies it
    because: Because = [],  # noqa: B006
    base: Base = None,
) -> None:
    allowed = allowances(allow, because)
    if html == STANDARD_OUTPUT:
        message = "standard output has the Markdown; give a file."
        raise typer.BadParameter(message, param_hint="--html")
    try:
        context, verdict = read_and_judge(plan_files_of(plans), base, allowed)
        result = read_policy_result(policy) if policy else None
    except InvalidInput as mistakes:
        print_mistakes(mistakes, as_json=False)
        raise typer.Exit(2) from None
    document = review_plans(context, verdict, result)
    if html:
        with reporting(exit_code=2):
            replace_file(html, as_html(document).encode())
    rest = f"the HTML review, {html.name}" if html else "`pay review ... --html FILE`"
    typer.echo(printable(as_markdown(document, rest=rest)), nl=False)
