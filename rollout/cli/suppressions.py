"""Show what is suppressed as a false positive, and until when.

With an environment, it also shows what each suppression covers in its account. It names those
without a match in 90 days, and what an ended one left suppressed. It reads, unless `--reopen` is
given.

Exit codes: 0 fine, 1 one has expired or left findings suppressed, 2 wrong use.

Example: `pay suppressions production-2`
"""

from datetime import UTC
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from pay.environments.suppressions import load_suppressions
from rollout.aws.clients import asking
from rollout.suppressions.covered import CoveredFindings, covered, who_suppresses
from rollout.suppressions.reopen import reopen as reopen_findings
from rollout.suppressions.report import as_data, hints, mistakes, print_report
from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed


def suppressions(
    environment: OptionalEnvironmentName = None,
    reopen: Annotated[
        bool,
        typer.Option("--reopen", help="Reopen what ended suppressions left suppressed."),
    ] = False,
    as_json: Json = False,
) -> None:
    if reopen and environment is None:
        raise typer.BadParameter("name the environment to reopen findings in", param_hint="ENV")
    folder, today = environments_folder(), now().astimezone(UTC).date()
    environments = load_for(folder, environment)
    entries = load_suppressions(folder, environments, today)
    rows, note, reopened = list[CoveredFindings](), None, 0
    if environment is None:
        rows = [
            CoveredFindings(each.name, each, (), today)
            for each in entries
            if not each.holds_on(today)
        ]
    else:
        chosen = choose(environment, environments, "ENV")
        entries = tuple(each for each in entries if each.environment == environment)
        note = who_suppresses(chosen)
        with asking(chosen) as client:
            try:
                rows = list(covered(chosen, entries, client, today))
                if reopen:
                    reopened = reopen_findings(rows, client)
                    rows = list(covered(chosen, entries, client, today))
            except ClientError as error:
                raise Failed(f"{error} Allow your role this action.") from None
    wrong = list(mistakes(rows))
    if as_json:
        print_json(as_data(entries, rows, today))
    else:
        out = console()
        print_report(out, entries, rows if environment else (), environment)
        lines = [*(f"{each.reason}; {each.fix}" for each in wrong), *hints(rows)]
        lines += [note] if note else []
        lines += [f"{reopened} findings reopened."] if reopen else []
        for line in lines:
            out.print(line, markup=False)
    if wrong:
        raise typer.Exit(1)
