"""The quotas of an environment's account as a table, and as data."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.model import Environment
from rollout.contracts.quotas.quota_lines import QuotaLine
from rollout.terminal.tables import print_table


def as_data(environment: Environment, lines: Sequence[QuotaLine]) -> dict[str, Any]:
    """Return the lines for programs; `request` is the command that asks for enough."""
    return {
        "environment": environment.name,
        "account": environment.account_id,
        "enough": all(line.is_enough for line in lines),
        "quotas": [
            {
                "service_code": line.quota.service_code,
                "quota_code": line.quota.code,
                "name": line.quota.name,
                "of": line.of or None,
                "region": line.region,
                "allowed": line.allowed,
                "used": line.used,
                "added": line.added,
                "needed": line.needed,
                "enough": line.is_enough,
                "fix": None if line.is_enough else line.fix,
                "request": line.request,
            }
            for line in lines
        ],
    }


def print_report(out: Console, environment: Environment, lines: Sequence[QuotaLine]) -> None:
    """Print a row for each quota, then a sentence for each that is too small."""
    table = Table(title=f"Quotas of account {environment.account_id}", title_justify="left")
    table.add_column("quota")
    table.add_column("of")
    for column in ("used now", "moves add", "needed", "allowed"):
        table.add_column(column, justify="right")
    table.add_column("")
    for line in lines:
        used = "not known" if line.used is None else line.used
        counts = (used, line.added, line.needed, line.allowed)
        mark = "[green]enough[/]" if line.is_enough else "[red]too small[/]"
        of = line.of or line.region
        table.add_row(escape(line.quota.name), escape(of), *map(str, counts), mark)
    print_table(out, table)
    for line in lines:
        if not line.is_enough:
            place = line.of or f"account {environment.account_id} in {line.region}"
            amounts = f"found {line.allowed}, needed {line.needed}"
            out.print(escape(f"{line.quota.name}, {place}: {amounts}"))
            out.print(f"[dim]->[/] {escape(line.fix)}", soft_wrap=True)
