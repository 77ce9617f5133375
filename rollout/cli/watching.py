"""Show what watches an environment.

Reads GuardDuty, Security Hub, Inspector, Config, CloudTrail, flow logs and the web ACL. For each
side it shows whether tasks have GuardDuty's agent and cannot write to their root file systems. It
also shows whether they run images that were proved. Each is on, off, or not ours to see. What AWS
denies is never called off. It only reads, with the AWS credentials of the shell. `--json` is the
evidence for an assessor.

Exit codes: 0 nothing is off, 1 something is, 2 wrong use or AWS not reached.

Example: `pay watching production-2`
"""

import typer
from botocore.exceptions import ClientError

from rollout.aws.clients import asking
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed
from rollout.watching.line import is_all_on
from rollout.watching.report import as_data, print_report
from rollout.watching.settings import setting_lines
from rollout.watching.side_lines import side_lines


def watching(environment: EnvironmentName, as_json: Json = False) -> None:
    folder = environments_folder()
    with reporting(as_json, exit_code=2):
        chosen = choose(environment, load_for(folder, environment), "ENV")
        with asking(chosen) as client:
            try:
                lines = [*setting_lines(chosen, client), *side_lines(chosen, folder, client)]
            except ClientError as error:
                raise Failed(f"{error}; run it again") from None
    if as_json:
        print_json(as_data(environment, now().isoformat(), lines))
    else:
        print_report(console(), environment, lines)
    if not is_all_on(lines):
        raise typer.Exit(1)
