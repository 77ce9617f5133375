"""Lock an environment, so that only you change it.

`pay deploy`, `pay apply`, `pay migrate` and `pay task run` lock it themselves. A lock by hand keeps
others out while you look at something. It lets your own commands in, and ends by itself after
`--for`. It is an object in the bucket of the environment's states, and its time is S3's.

In a pipeline `--free` also ends what a killed command of the same build left. It leaves every other
lock alone. The last step of a job runs it, however the job ended.

Exit codes: 0 done, 1 another has it, 2 wrong use.

Example: `pay lock test-12 --for 2h`
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from rollout.aws.clients import asking
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import break_lock, free, locked, new_lock, take
from rollout.locks.lock import BY_HAND, HOLDS, LONGEST, SHORTEST, HeldLock, place_of
from rollout.moves.journal import author
from rollout.terminal.arguments import EnvironmentName, Json, duration, environments_folder
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.time_text import local, span


def _length(text: str) -> timedelta:
    length = duration(text)
    if not SHORTEST <= length <= LONGEST:
        raise typer.BadParameter(f"{text} is not between {span(SHORTEST)} and {span(LONGEST)}.")
    return length


def lock(
    environment: EnvironmentName,
    length: Annotated[
        timedelta | None,
        typer.Option("--for", metavar="TIME", parser=_length, help="How long, default 30m."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the lock and change nothing.")] = False,
    give_back: Annotated[bool, typer.Option("--free", help="Give your lock back.")] = False,
    breaks: Annotated[
        bool, typer.Option("--break", help="Delete the lock of a dead command; give --because.")
    ] = False,
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it is broken; S3 keeps it.")
    ] = None,
    as_json: Json = False,
) -> None:
    if show + give_back + breaks + (length is not None) > 1:
        raise typer.BadParameter("give one of --for, --show, --free and --break.")
    if breaks != bool(because and because.strip()):
        raise typer.BadParameter(
            "a broken lock has a reason; give --break and --because together.",
            param_hint="--because",
        )
    folder = environments_folder()
    target = choose(environment, load_for(folder, environment), "ENV")
    by = author(folder)
    with asking(target) as client:
        bucket = LockBucket(client("s3"), place_of(target))
        if show:
            _print(environment, bucket.read(), "", as_json=as_json)
        elif breaks:
            broken = break_lock(bucket, by, str(because).strip())
            _print(environment, broken, "The lock is broken. It was:", as_json=as_json)
        elif give_back:
            _print(environment, _give_back(bucket, by), "", as_json=as_json)
        else:
            held = take(bucket, new_lock(BY_HAND, by, holds=length or HOLDS))
            _print(environment, held, "", as_json=as_json)


def _give_back(bucket: LockBucket, by: str) -> HeldLock | None:
    """Free the lock of the caller, or return the lock of another, which stays. Only the last step
    of a build may end well beside such a lock.

    Raises Refused when a person asks for the lock of another.
    """
    seen, own = bucket.read(), new_lock(BY_HAND, by)
    if seen is None:
        return None
    is_of_this_build = own.build is not None and seen.lock.build == own.build
    if is_of_this_build or seen.lock.lets_in(own):
        free(bucket, seen)
        return None
    if own.build is None:
        raise locked(bucket, seen)
    return seen


def _print(environment: str, held: HeldLock | None, heading: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_data(environment, held))
        return
    out = console()
    if heading:
        out.print(heading)
    if held is None:
        out.print(f"{environment} is free.")
        return
    state = "was locked" if held.is_expired or heading else "is locked"
    out.print(f"{environment} {state} by {held.lock.owner} until {local(held.expires_at)}.")
    if held.lock.command != BY_HAND:
        out.print(f"The command is `{held.lock.command}`.")
    if held.lock.build:
        out.print(f"The build is {held.lock.build}.")


def _as_data(environment: str, held: HeldLock | None) -> dict[str, Any]:
    if held is None:
        return {"environment": environment, "locked": False}

    def text(moment: datetime) -> str:
        return moment.isoformat()

    return {
        "environment": environment,
        "locked": not held.is_expired,
        "owner": held.lock.owner,
        "build": held.lock.build,
        "command": held.lock.command,
        "written": text(held.written_at),
        "expires": text(held.expires_at),
    }
