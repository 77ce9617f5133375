"""Puts an environment to sleep and wakes it, under its lock. `pay sleep`, `pay wake` and load tests
call this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from pay.model import Environment
from pay.model.environment.sleep import Sleep
from rollout.aws.clients import Client, asking
from rollout.locks.environment_locks import locked
from rollout.moves.journal import author
from rollout.sleep.backstop import backstop_at, delete_backstop, make_backstop
from rollout.sleep.hours import sleeps_again
from rollout.sleep.mover import Mover, PartRow
from rollout.sleep.parts import Target, sleeping_services
from rollout.sleep.report import as_data, print_rows, require_sleep
from rollout.terminal.arguments import environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed, Finding, Refused
from rollout.terminal.time_text import span, weekday_moment

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; change nothing, take no lock.")
]

PARTLY = 2
"""The exit code when some parts are not as they should be."""


def refuse_asleep(environment: Environment, client: Client, what: str) -> None:
    """Raise Refused while services of the environment sleep. A deployment to them starts no task,
    so nothing would show whether it works. Raises Failed when AWS refuses to answer.
    """
    try:
        asleep = sleeping_services(environment, client)
    except ClientError as error:
        raise Failed(f"{error} Allow your role this action.") from None
    if asleep:
        first, *others = asleep
        names = f"{first} and {len(others)} more" if others else first
        reason = f"{environment.name} sleeps: {names}"
        fix = f"wake it on purpose: pay wake {environment.name} --for 2h"
        raise Refused(what, [Finding("asleep", reason, fix)])


@contextmanager
def asking_awake(environment: Environment, what: str | None = None) -> Iterator[Client]:
    """Reach an environment as `asking` does. Raises Refused also while it sleeps. What would be
    measured or tried there says nothing.
    """
    with asking(environment) as client:
        refuse_asleep(environment, client, what or f"asking {environment.name}")
        yield client


def put_to_sleep(mover: Mover) -> tuple[PartRow, ...]:
    """Put every part to sleep, and delete what would do it later; return how each was left."""
    rows = mover.move(Target.ASLEEP)
    if all(row.is_done for row in rows):
        mover.check()
        delete_backstop(mover.environment, mover.client)
    return rows


def wake(mover: Mover, until: datetime | None = None) -> tuple[PartRow, ...]:
    """Wake every part, after making what puts it to sleep at `until`; return how each was left.

    Raises Refused when the plan puts it to sleep before, or without the stack that it sleeps by.
    """
    if until:
        plan_to_sleep(mover, until)
    return mover.move(Target.AWAKE)


def plan_to_sleep(mover: Mover, until: datetime) -> None:
    """Create the schedules that put every part to sleep at `until`, even when this command fails.

    Raises Refused when the plan puts it to sleep before, or without the stack that it sleeps by.
    """
    _refuse_planned_stop(mover.environment, mover.now(), until)
    mover.check()
    make_backstop(mover.environment, mover.client, until)


def run(
    name: str,
    target: Target,
    *,
    length: timedelta | None = None,
    is_dry: bool = False,
    wait: timedelta | None = None,
    as_json: bool = False,
) -> None:
    """Do what a command asks for. Raises typer.Exit with 2 when parts are left."""
    folder = environments_folder()
    chosen = choose(name, load_for(folder, name), "ENV")
    verb = "putting to sleep" if target is Target.ASLEEP else "waking"
    sleep = require_sleep(chosen, f"{verb} {name}")
    until = now() + length if length else None
    with asking(chosen) as client:
        try:
            if is_dry:
                _show_dry(Mover(chosen, client), target, until, as_json=as_json)
                return
            command = f"pay {'sleep' if target is Target.ASLEEP else 'wake'} {name}"
            with locked([chosen], command, author(folder), longest=wait) as check:
                mover = Mover(chosen, client, check, _to_person)
                rows = put_to_sleep(mover) if target is Target.ASLEEP else wake(mover, until)
            once = backstop_at(chosen, client)
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    _show(chosen, sleep, target, rows, once, as_json=as_json)
    if not all(row.is_done for row in rows):
        raise typer.Exit(PARTLY)


def _refuse_planned_stop(environment: Environment, begin: datetime, until: datetime) -> None:
    stop = environment.sleep.next_stop(begin) if environment.sleep else None
    if stop and stop < until:
        when, longest = weekday_moment(stop), span(stop - begin)
        reason = f"its plan puts {environment.name} to sleep at {when}, in {longest}"
        fix = "ask for less, wait until then, or change `sleep` in its file"
        raise Refused(
            f"waking {environment.name} until {weekday_moment(until)}",
            [Finding("plan", reason, fix)],
        )


def _to_person(line: str) -> None:
    typer.echo(line, err=True)


def _show_dry(mover: Mover, target: Target, until: datetime | None, *, as_json: bool) -> None:
    if until:
        _refuse_planned_stop(mover.environment, mover.now(), until)
    rows = [*mover.would_change(target)]
    if as_json:
        print_json({"environment": mover.environment.name, "would_change": as_data(rows)})
        return
    name = mover.environment.name
    for row in rows:
        typer.echo(f"Would change {row.name}: {row.words}.")
    if not rows:
        typer.echo(f"Nothing would change: {name} is {target}.")
    if until:
        typer.echo(f"It would sleep again from {weekday_moment(until)} on.")


def _show(
    environment: Environment,
    sleep: Sleep,
    target: Target,
    rows: tuple[PartRow, ...],
    once: datetime | None,
    *,
    as_json: bool,
) -> None:
    is_done = all(row.is_done for row in rows)
    if as_json:
        state = target if is_done else "partly"
        print_json(
            {
                "environment": environment.name,
                "state": state,
                "sleeps_again": once and once.isoformat(),
                "parts": as_data(rows),
            }
        )
        return
    out, name = console(), environment.name
    if not is_done:
        print_rows(out, rows)
        left = sum(not row.is_done for row in rows)
        out.print(f"[red]Partly:[/] {left} of {len(rows)} parts are not {target}. Run it again.")
    elif target is Target.ASLEEP:
        out.print(f"[green]{name} sleeps:[/] {len(rows)} parts.")
    else:
        when = sleeps_again(sleep, once, now())
        out.print(f"[green]{name} is awake:[/] {len(rows)} parts.{when}")
