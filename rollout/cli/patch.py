"""Bring a release of a sidecar to every service, in waves.

It pins the release in the environment's file. Then toolbox gets it, frontend and products-ui, and
the others, those that are called before their callers. Each service is released as `pay deploy`
does it: one side after the other, with smoke tests. The first failure ends the patch. That service
runs its old sidecar again, the services before it run the new one. The patch did not touch the
others.

Run it again after a failure, a stop or a kill. What is done is not done again. `--rollback` returns
to a release that ran before, and waits for no proof and no smoke test. Commit the environment's
file and the records.

Exit codes: 0 every service runs it, 1 refused or ended early, 2 wrong use.

Example: `pay patch test-12 nginx 213`
"""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rollout.aws.clients import asking
from rollout.delivery.sandboxed import refuse_plan_only
from rollout.deployment.patch import Patch, Patched, PatchStandings, look, run_waves
from rollout.images.copy import open_repository
from rollout.images.pins import SIDECARS, pin_of, write_pin
from rollout.locks.environment_locks import Wait, locked
from rollout.moves.journal import author, stripped
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.tables import print_table


def patch(
    environment: EnvironmentName,
    sidecar: Annotated[str, typer.Argument(metavar="SIDECAR", help="For example `nginx`.")],
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="The N of `N-release`.")],
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to a release that ran before.")
    ] = False,
    without_smoke: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Why no smoke test runs; the records keep it."),
    ] = None,
    wait: Wait = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the waves; change nothing, take no lock.")
    ] = False,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    target = choose(environment, load_for(folder, environment), "ENV")
    image = choose(sidecar, SIDECARS, "SIDECAR")
    command, by = f"pay patch {environment} {sidecar} {number}", author(folder)
    what = f"patching {sidecar} in {environment}"
    refuse_plan_only([target], what, "patch the account itself")
    with asking(target) as client:
        pins = {sidecar: pin_of(open_repository(target, image, client), number)}
        pinned = target.model_copy(update={"sidecars": {**target.sidecars, **pins}})
        asked = Patch(
            folder,
            pinned,
            sidecar,
            by,
            is_rollback=rollback,
            without_smoke=stripped(without_smoke),
        )
        if dry_run:
            _print_waves(asked, look(asked, client), as_json=as_json)
            return
        with locked([target], command, by, longest=wait) as check:
            standings = look(asked, client)
            file = write_pin(folder, environment, sidecar, asked.pin)
            ended = run_waves(asked, standings, file, client, check, now)
    if as_json:
        print_json(ended.as_data())
    else:
        _print(ended, standings)
    raise typer.Exit(1 if ended.stopped_at else 0)


def _print_waves(asked: Patch, standings: PatchStandings, *, as_json: bool) -> None:
    if as_json:
        runs = {name: list(each.runs) for name, each in standings.items()}
        done = [name for name, each in standings.items() if each.is_done]
        print_json({"waves": asked.waves, "runs": runs, "done": done})
        return
    table = Table("wave", "service", asked.sidecar)
    for wave, services in enumerate(asked.waves, start=1):
        for name in services:
            table.add_row(str(wave), name, _step(asked, standings, name))
    print_table(console(), table)


def _step(asked: Patch, standings: PatchStandings, service: str) -> str:
    runs = ", ".join(str(each or "no release") for each in standings[service].runs)
    return runs if standings[service].is_done else f"{runs} -> {asked.pin.release}"


def _print(ended: Patched, standings: PatchStandings) -> None:
    asked, out = ended.patch, console()
    what = f"{asked.sidecar} {asked.pin.release} in {asked.environment.name}"
    if ended.stopped_at is None:
        out.print(f"{what}: [green]every service runs it[/], {len(ended.ran)} of them.")
    else:
        out.print(f"{what}: [red]ended at {ended.stopped_at}[/]. {escape(str(ended.because))}")
        out.print(f"These run it: {', '.join(ended.ran) or 'none'}.")
        out.print(f"Not reached: {', '.join(ended.left) or 'none'}.")
        out.print("Correct the cause and run it again. To go back:")
        out.print(f"  {_way_back(asked, standings)}", soft_wrap=True)
    out.print(f"Commit {ended.file} and what is new in {asked.folder / 'releases'}.")


def _way_back(asked: Patch, standings: PatchStandings) -> str:
    """Return the command that brings back what most services ran."""
    runs = [each.runs[-1] for each in standings.values() if not each.is_done and each.runs]
    before = max((each for each in runs if each != asked.pin.release), key=runs.count, default=None)
    return f"pay patch {asked.environment.name} {asked.sidecar} {before or 'N'} --rollback"
