"""Show whether an environment sleeps, part by part.

Each line is marked by the plan. Databases start before services and stop after them; alarms and
canaries wait until services are healthy.

Exit codes: 0 every part is as its plan says, 1 refused, 2 some are not.

Example: `pay asleep test-perf-1`
"""

from collections.abc import Iterator, Sequence

import typer
from botocore.exceptions import ClientError

from pay.model import Environment
from pay.model.environment.wakes import PartKind
from rollout.aws.clients import asking
from rollout.cost.bill import priced
from rollout.cost.bill_lines import HOURS, CostLine, missing, total
from rollout.cost.instances import groups
from rollout.cost.price_file import load_prices
from rollout.cost.table import money
from rollout.sleep.backstop import backstop_at
from rollout.sleep.hours import by_plan, sleeps_again
from rollout.sleep.mover import Mover
from rollout.sleep.parts import Target, planned
from rollout.sleep.report import Instances, as_data, instances, print_rows, require_sleep, summary
from rollout.sleep.sleeping import PARTLY
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed


def asleep(environment: EnvironmentName, as_json: Json = False) -> None:
    chosen = choose(environment, load_for(environments_folder(), environment), "ENV")
    sleep = require_sleep(chosen, f"asking whether {environment} sleeps")
    at = now()
    with asking(chosen) as client:
        try:
            mover = Mover(chosen, client)
            state = summary([*mover.rows(Target.ASLEEP)])
            rows = [*mover.rows_by_plan(sleep, at)]
            running = instances(chosen, client, at)
            once = backstop_at(chosen, client)
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    as_planned = all(row.is_done for row in rows)
    lines = [*_lines(chosen, running)]
    if as_json:
        print_json(
            {
                "environment": environment,
                "state": state,
                "planned": planned(sleep, PartKind.SERVICE, at),
                "as_planned": as_planned,
                "parts": as_data(rows),
                "instances": {each.segment: str(each) for each in running},
                "sleeps_again": once and once.isoformat(),
                "instance_hours_a_month": sum(each.count for each in running) * HOURS,
                "instance_usd_a_month": None if missing(lines) else float(total(lines)),
                "without_a_price": list(missing(lines)),
            }
        )
    else:
        out = console()
        print_rows(out, rows)
        again = sleeps_again(sleep, once, at) if once else ""
        out.print(f"{environment} is [bold]{state}[/]. {by_plan(sleep, at)}{again}")
        if running:
            out.print(
                f"EC2 instances go on running: {', '.join(map(str, running))}, for {money(lines)} "
                "USD a month."
            )
        if lacking := missing(lines):
            out.print(f"Not counted, without a price: {', '.join(lacking)}.")
    if not as_planned:
        raise typer.Exit(PARTLY)


def _lines(environment: Environment, running: Sequence[Instances]) -> Iterator[CostLine]:
    """Yield what the instances cost in a month, with their disks."""
    if not running:
        return
    prices = load_prices(environment.region)
    of_segment = {group.segment: group for group in groups(environment)}
    for each in running:
        for usage in of_segment[each.segment].usage(each.count):
            yield priced(prices, usage, {})
