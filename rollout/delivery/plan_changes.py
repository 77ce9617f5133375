"""Plans every stack that a change touches, with credentials that can only read."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import typer

from pay.catalogue import CATALOGUE
from pay.containers.releases import release_tag
from pay.environments.load import environment_files
from pay.environments.past_events import new_past_events
from pay.model import Environment
from pay.model.problem import InvalidInput
from pay.model.stacks import Stack, known_stacks
from rollout.delivery.changed_stacks import changed_from, judged_together
from rollout.delivery.left_states import refuse_left_states
from rollout.delivery.plan_set import PlanSet, clear, seal
from rollout.delivery.planner import Planner
from rollout.delivery.synthesis import output_folder, stack_globs
from rollout.delivery.terraform import Terraform
from rollout.terminal.arguments import environments_folder, now
from rollout.terminal.environments import load_where
from stacks.estate import may_hold


def plan_changes(base: Path, plans: Path) -> PlanSet:
    """Plan the stacks that differ between the checkout `base` and the working folder, into `plans`.
    The set is sealed when all of them are planned, and not before.

    Raises InvalidInput for a checkout, file or state that cannot be read. A change that leaves
    behind a state with resources, or adds an event that is over, also raises it. Raises Failed when
    Terraform fails.
    """
    base, plans, out = base.resolve(), plans.resolve(), output_folder()
    clear(plans)
    folder = environments_folder()
    globs = stack_globs()
    environments = load_where(folder, partial(may_hold, patterns=globs.split()), with_followed=True)
    _refuse_new_past_events(folder, base / "environments", environments)
    known = known_stacks(environments)
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`: a local state is found by a path relative to the stack's folder.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".base-") as before:
        changes = changed_from(
            base, Path.cwd(), folder, Path(before), out, globs=globs, known=known
        )
        refuse_left_states(Terraform(Path(before)), changes.left)
    ids = sorted(judged_together(changes.changed, known))
    planner = Planner(Terraform(out), known)
    waiting = defaultdict[str, set[str]](set)
    for id in ids:
        tags = planner.plan(id, plans / f"{id}.tfplan")
        for patch in _patches(known[id], environments, tags):
            waiting[patch].add(str(known[id].service))
    for patch, services in sorted(waiting.items()):
        typer.echo(
            f"{', '.join(sorted(services))}: planned with the sidecar that runs, not the pinned "
            f"one. It comes in waves: {patch}",
            err=True,
        )
    return seal(plans, ids, base)


def _refuse_new_past_events(folder: Path, before: Path, environments: Iterable[str]) -> None:
    """Raise InvalidInput for the events that the change adds although they are over."""
    files = environment_files(folder)
    if past := [
        problem
        for name in environments
        for problem in new_past_events(files[name], before / files[name].name, now())
    ]:
        raise InvalidInput(past)


def _patches(
    stack: Stack, environments: Mapping[str, Environment], tags: Mapping[str, str]
) -> Iterator[str]:
    """Yield the commands that bring a side its pinned sidecars; none for one that was planned with
    them.
    """
    service = CATALOGUE.get(stack.service or "")
    for sidecar in service.sidecars if service and stack.kind.side else ():
        pin, tag = (
            environments[stack.owner].sidecars[sidecar.name],
            tags.get(sidecar.image_tag_variable),
        )
        if tag not in (None, pin.digest, release_tag(pin.release)):
            yield f"pay patch {stack.owner} {sidecar.name} {pin.release}"
