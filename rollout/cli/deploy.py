"""Deploy a release of a service to both of its sides.

N is the number of the tag `N-release`; what runs is its digest. The side with less traffic comes
first. A side counts when ECS completed this very deployment, every task runs the digests, and its
smoke tests pass. Otherwise all sides get their old images again, and the record says `bad`. The
release's migration runs before the sides or after them, as the catalogue says.

Lists every reason that blocks it; nothing is changed then. `--rollback` returns to a release that
ran here, and waits for no proof and no smoke test. The line in `environments/releases` is the proof
that the next environment asks for. Commit it.

Exit codes: 0 it runs, 1 refused, or bad and put back, 2 wrong use.

Example: `pay deploy test-12 connector 412`
"""

from contextlib import ExitStack
from typing import Annotated

import typer
from rich.markup import escape

from pay.catalogue import CATALOGUE
from rollout.aws.clients import asking
from rollout.delivery.sandboxed import refuse_plan_only
from rollout.deployment.deploy import Deployed
from rollout.deployment.deploy import deploy as deploy_release
from rollout.deployment.release_checks import RequestedRelease
from rollout.deployment.release_plans import ReleasePlans
from rollout.locks.environment_locks import Wait, locked
from rollout.moves.journal import author, stripped
from rollout.releases.record import ReleaseVerdict
from rollout.sleep.sleeping import refuse_asleep
from rollout.tasks.record import record_path
from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for


def deploy(
    environment: EnvironmentName,
    service: ServiceName,
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="The N of `N-release`.")],
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to a release that ran here.")
    ] = False,
    without_smoke: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Why no smoke test runs; the record keeps it."),
    ] = None,
    wait: Wait = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and plan; change nothing, take no lock.")
    ] = False,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    target = choose(environment, load_for(folder, environment), "ENV")
    choose(service, target.services, "SERVICE")
    by = author(folder)
    asked = RequestedRelease(
        folder,
        target,
        CATALOGUE[service],
        number,
        by,
        is_rollback=rollback,
        without_smoke=stripped(without_smoke),
    )
    refuse_plan_only([target], asked.what, "deploy to the account itself")
    with asking(target) as client, ExitStack() as stack:
        check = _nothing_held
        if not dry_run:
            command = f"pay deploy {environment} {service} {number}"
            check = stack.enter_context(locked([target], command, by, longest=wait))
        refuse_asleep(target, client, asked.what)
        ended = deploy_release(asked, client, check, now, is_dry=dry_run)
    if isinstance(ended, ReleasePlans):
        _print_plans(ended, as_json=as_json)
        return
    if as_json:
        print_json(ended.as_data())
    else:
        _print(ended)
    raise typer.Exit(1 if ended.is_bad else 0)


def _nothing_held() -> None:
    """Do nothing: a dry run changes nothing."""


def _print_plans(plans: ReleasePlans, *, as_json: bool) -> None:
    changed = [stack for stack in plans.by_stack if plans.changes(stack)]
    if as_json:
        print_json({"changes": changed, "plans": plans.sha256})
        return
    out = console()
    for stack in changed:
        is_side = plans.by_stack[stack].stack.kind.side
        what = "its task definition and its service" if is_side else "the task of its migration"
        out.print(f"Would change {stack}: {what}.")
    if not changed:
        out.print("Nothing would change: every side runs this release.")


def _print(ended: Deployed) -> None:
    entry, out = ended.entry, console()
    name, where = ended.asked.service.name, ended.asked.environment.name
    style = {ReleaseVerdict.GOOD: "green", ReleaseVerdict.BAD: "red"}.get(entry.verdict, "yellow")
    out.print(
        f"{name} {entry.release} in {where}: [{style}]{entry.verdict}[/]"
        + (f", {escape(entry.because)}" if entry.because else "")
    )
    if entry.verdict is ReleaseVerdict.BAD and ended.is_everywhere:
        out.print("Every side runs it. Read why its migration failed, then deploy it again.")
    elif entry.verdict is ReleaseVerdict.BAD:
        out.print("What ran before runs again on every side.")
    for side, deployment in ended.deployments.items():
        out.print(f"{side}: {deployment.id}, {deployment.running} tasks")
    migrations = record_path(ended.asked.folder, where, name)
    files = [str(each) for each in (ended.file, migrations) if each.exists()]
    out.print(f"Recorded in {' and '.join(files)}: commit what is new.")
