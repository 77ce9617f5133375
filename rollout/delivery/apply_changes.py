"""Applies exactly the reviewed plans, one after the other. Nothing is planned here."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rollout.delivery.judge_changes import BREAK_GLASS
from rollout.delivery.plan_set import AGAIN, PlanSet, open_sealed
from rollout.delivery.synthesis import output_folder, stack_globs, synthesise
from rollout.delivery.terraform import Terraform
from rollout.guard.allowances import read_break_glass
from rollout.guard.options import read_and_judge
from rollout.guard.rule import Context
from rollout.guard.verdict import Verdict
from rollout.plans.order import in_order
from rollout.terminal.arguments import environments_folder
from rollout.terminal.refusal import Failed, Finding, Refused


@dataclass(frozen=True)
class ReadyPlans:
    """Reviewed plans that were judged once more, from the plan files themselves."""

    plans: PlanSet
    terraform: Terraform
    context: Context
    verdict: Verdict

    @property
    def order(self) -> tuple[str, ...]:
        """The stacks, the first to apply first."""
        return tuple(plan.stack.id for plan in in_order(self.context.plans))

    def apply(self) -> Iterator[str]:
        """Apply plan after plan, and yield each stack when it is done.

        Raises Failed at the first failure: nothing after it is applied.
        """
        for position, stack in enumerate(self.order):
            try:
                self.terraform.apply(stack, self.plans.plan(stack))
            except Failed as error:
                done, waiting = self.order[:position], self.order[position + 1 :]
                raise Failed(
                    f"{stack}: {error}. Applied before it: {_listed(done)}. Not reached: "
                    f"{_listed(waiting)}. Correct the cause, then {AGAIN}; a stack that is done "
                    "gets an empty plan."
                ) from None
            yield stack


def ready_plans(base: Path, plans: Path, reviewed: Path) -> ReadyPlans | None:
    """Return the plans that the review in the file `reviewed` explains, judged once more; None when
    the change touches no stack. That file must not come from where the plans come from: it is the
    text that was approved.

    Raises Refused for plans that are not sealed, or not those that were reviewed; InvalidInput when
    a plan cannot be read; Failed when a program fails.
    """
    base = base.resolve()
    sealed = open_sealed(plans.resolve(), base)
    if not sealed.files:
        return None
    _require_reviewed(sealed, reviewed)
    terraform = Terraform(output_folder())
    synthesise(Path.cwd(), environments_folder().resolve(), terraform.out, globs=stack_globs())
    _require_synthesised(sealed, terraform)
    with tempfile.TemporaryDirectory() as folder:
        shown = [_show(terraform, sealed, stack, Path(folder)) for stack in sealed.stacks]
        allowed = read_break_glass(BREAK_GLASS)
        context, verdict = read_and_judge(shown, base / "environments", allowed)
    return ReadyPlans(sealed, terraform, context, verdict)


def _require_reviewed(sealed: PlanSet, reviewed: Path) -> None:
    if f"All plan files together: sha256 `{sealed.sha256}`" not in reviewed.read_text():
        reason = f"{reviewed} is not the review of these plans (sha256 {sealed.sha256})"
        raise Refused(f"applying {sealed.folder}", [Finding("reviewed", reason, AGAIN)])


def _require_synthesised(sealed: PlanSet, terraform: Terraform) -> None:
    if unknown := [stack for stack in sealed.stacks if not terraform.has(stack)]:
        reason = f"this checkout has no stack {', '.join(unknown)}"
        fix = f"check out the commit that was reviewed, or {AGAIN}"
        raise Refused(f"applying {sealed.folder}", [Finding("stack", reason, fix)])


def _show(terraform: Terraform, sealed: PlanSet, stack: str, folder: Path) -> Path:
    """The plan as JSON, read from the plan file and not from the JSON beside it."""
    terraform.init(stack)
    file = folder / f"{stack}.json"
    file.write_bytes(terraform.show_plan(stack, sealed.plan(stack)))
    return file


def _listed(stacks: Sequence[str]) -> str:
    return ", ".join(stacks) or "none"
