"""Show the age of the EC2 instances, or renew them.

Without `--start` it only reads; exit code 1 says that an instance is older than a month. A renewal
replaces one instance after the other. The new one joins the cluster, the old one's tasks move, then
it ends. AWS does it; run the command again to see how far it is.

Example: `pay renew production-2 --start cde`
"""

from typing import Annotated

import typer
from botocore.exceptions import ClientError
from rich.table import Table

from pay.model import Segment
from rollout.aws.clients import asking
from rollout.aws.instances import LONGEST_AGE, AutoScalingGroup, groups, startable
from rollout.aws.instances import renew as renew_group
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed
from rollout.terminal.tables import print_table


def renew(
    environment: EnvironmentName,
    start: Annotated[
        Segment | None,
        typer.Option(metavar="SEGMENT", help="Renew this segment's instances: cde or general."),
    ] = None,
    as_json: Json = False,
) -> None:
    chosen = choose(environment, load_for(environments_folder(), environment), "ENV")
    with asking(chosen) as client:
        try:
            known = tuple(groups(chosen, client, now()))
            if start:
                renew_group(startable(known, start, environment), client)
                known = tuple(groups(chosen, client, now()))
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    if as_json:
        print_json([_as_data(group) for group in known])
    else:
        print_table(console(), _as_table(known))
    if not start and any(group.is_due and not group.is_renewed for group in known):
        raise typer.Exit(1)


def _as_table(known: tuple[AutoScalingGroup, ...]) -> Table:
    table = Table("segment", "instances", "oldest", "last renewal")
    for group in known:
        due = f" (renew: over {LONGEST_AGE.days})" if group.is_due else ""
        renewal = f"{group.renewal}, {group.percent} %" if group.renewal else "none"
        days = f"{group.oldest.days} days{due}"
        table.add_row(group.segment, str(len(group.ages)), days, renewal)
    return table


def _as_data(group: AutoScalingGroup) -> dict[str, object]:
    return {
        "segment": group.segment,
        "group": group.name,
        "ages_in_days": sorted(age.days for age in group.ages),
        "is_due": group.is_due,
        "renewal": group.renewal,
        "percent": group.percent,
    }
