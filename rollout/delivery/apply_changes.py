"""Applies exactly the reviewed plans, one after the other. Nothing is planned here."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from pay.environments.load import load_needed
from pay.model import Environment
from pay.model.stacks import known_stacks
from rollout.aws.clients import asking
from rollout.delivery.judge_changes import BREAK_GLASS
from rollout.delivery.plan_set import AGAIN, PlanSet, open_sealed
from rollout.delivery.sandboxed import refuse_plan_only
from rollout.delivery.synthesis import output_folder, synthesise
from rollout.delivery.terraform import Terraform
from rollout.guard.allowances import read_break_glass
from rollout.guard.options import read_and_judge
from rollout.guard.report import as_data, print_verdict
from rollout.guard.traffic_changes import SCALABLE_TARGET
from rollout.locks.environment_locks import LockCheck, locked
from rollout.moves.journal import author
from rollout.plans.order import in_order
from rollout.scaling.due import register_after_apply
from rollout.scaling.healthy_tasks import wait_for_tasks
from rollout.sleep.sleeping import refuse_asleep
from rollout.terminal.arguments import environments_folder
from rollout.terminal.console import console, print_json
from rollout.terminal.refusal import Failed, Finding, Refused


def apply_changes(base: Path, plans: Path, reviewed: Path, *, as_json: bool = False) -> bool:
    """Apply the plans that the review in the file `reviewed` explains, and print each stack.
    Returns False, with nothing applied, when the guard refuses the plan files. `reviewed` is the
    text that was approved, so it must not come from where the plans come from. The environments
    stay locked from the guard's look to the last apply.

    Raises Refused for plans that are not sealed, or are not those that were reviewed. Raises
    InvalidInput when a plan cannot be read; Failed when a program fails. As JSON, a failure after
    the guard's verdict stands in the document instead, and False is returned.
    """
    base = base.resolve()
    sealed = open_sealed(plans.resolve(), base)
    if not sealed.files:
        if as_json:
            ended = ("plans", "applied", "not_reached", "failures")
            print_json({"verdict": "clean", **{part: [] for part in ended}})
        else:
            typer.echo("Nothing changes.")
        return True
    what = f"applying {sealed.folder}"
    line = f"All plan files together: sha256 `{sealed.sha256}`"
    if line.encode() not in reviewed.read_bytes():
        reason = f"{reviewed} is not the review of these plans (sha256 {sealed.sha256})"
        raise Refused(what, [Finding("reviewed", reason, AGAIN)])
    terraform = Terraform(output_folder())
    # Whole ids: a mistake in an environment without a plan here does not matter.
    ids = " ".join(sealed.stacks)
    synthesise(Path.cwd(), environments_folder().resolve(), terraform.out, globs=ids)
    if unknown := [stack for stack in sealed.stacks if not terraform.has(stack)]:
        reason = f"this checkout has no stack {', '.join(unknown)}"
        fix = f"check out the commit that was reviewed, or {AGAIN}"
        raise Refused(what, [Finding("stack", reason, fix)])
    environments, _ = load_needed(environments_folder(), lambda _: False)
    served = _served(sealed, environments)
    refuse_plan_only(served, what, "apply to the account itself")
    with locked(served, "pay apply", author(base)) as check:
        for environment in (each for each in served if each.sleep):
            with asking(environment) as client:
                refuse_asleep(environment, client, what)
        return _judge_and_apply(base, terraform, sealed, check, as_json=as_json)


def _served(sealed: PlanSet, environments: Mapping[str, Environment]) -> list[Environment]:
    """Return the environments that the plans may change."""
    known = known_stacks(environments)
    stacks = (known[id] for id in sealed.stacks if id in known)
    return [
        environments[name] for name in {each for stack in stacks for each in stack.environments}
    ]


def _judge_and_apply(
    base: Path, terraform: Terraform, sealed: PlanSet, check: LockCheck, *, as_json: bool
) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        # The JSON beside the plan files is as easy to change as they, so it is not read.
        files = {stack: Path(folder, f"{stack}.json") for stack in sealed.stacks}
        for stack, file in files.items():
            terraform.init(stack)
            file.write_bytes(terraform.show(stack, sealed.plan(stack)))
        allowed = read_break_glass(BREAK_GLASS)
        context, verdict = read_and_judge([*files.values()], base / "environments", allowed)
    if not as_json:
        print_verdict(console(), context, verdict)
    sides = {plan.stack.id: context.side(plan) for plan in context.plans}
    moved = {plan.stack.id for plan in context.plans if any(plan.plan.written(SCALABLE_TARGET))}
    left = [plan.stack.id for plan in in_order(context.plans)]
    applied, failures = list[str](), list[str]()
    while left and verdict.is_clean:
        stack = left.pop(0)
        try:
            check()
            terraform.apply(stack, sealed.plan(stack))
        except Failed as error:
            failures.append(
                f"{stack}: {error}. Applied before it: {', '.join(applied) or 'none'}. "
                f"Not reached: {', '.join(left) or 'none'}. Correct the cause, "
                f"then {AGAIN}; a stack that is done gets an empty plan."
            )
            break
        applied.append(stack)
        side = sides[stack]
        if not as_json:
            typer.echo(f"Applied {stack}.")
        try:
            registered = register_after_apply(side)
            if side and side.holds_full_peak and (registered or stack in moved):
                typer.echo(f"Waiting until the tasks of {stack} are healthy.", err=True)
                wait_for_tasks(side)
        except Failed as error:
            if side and side.holds_full_peak:
                # Records come later, and none may lead to fewer tasks than the peak.
                failures.append(f"{error} Not reached: {', '.join(left) or 'none'}. Then {AGAIN}")
                break
            failures.append(str(error))
            continue
        for line in () if as_json else registered:
            typer.echo(line)
    if as_json:
        ended = {"applied": applied, "not_reached": left, "failures": failures}
        print_json(as_data(context, verdict) | ended)
    elif failures:
        raise Failed(" ".join(failures))
    return verdict.is_clean and not failures
