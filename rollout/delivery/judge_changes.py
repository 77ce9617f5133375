"""Judges the plans of a change by the guard and the PCI gate, and writes the review."""

from dataclasses import dataclass
from pathlib import Path

from pay.model.problem import InvalidInput
from rollout.delivery.pci_gate import RESULT, run_gate
from rollout.delivery.plan_set import is_sealed, open_sealed
from rollout.delivery.synthesis import output_folder, stack_globs
from rollout.guard.allowances import read_break_glass
from rollout.guard.options import read_and_judge
from rollout.guard.rule import Context
from rollout.guard.verdict import Verdict
from rollout.review.document import review as review_plans
from rollout.review.policy import read_policy_result
from rollout.review.render import as_html, as_markdown
from rollout.terminal.atomic_write import write_atomically
from rollout.terminal.refusal import Refused

BREAK_GLASS = Path("break-glass")
"""At the project's root; the change itself carries it, and the review shows it."""

NOT_JUDGED = 2


@dataclass(frozen=True)
class Judgement:
    """What the guard and the PCI gate say about a change."""

    exit_code: int
    """The guard's when it refuses, else the PCI gate's, else the review's."""
    verdict: tuple[Context, Verdict] | None = None
    mistakes: InvalidInput | None = None
    """Why there is no verdict, or no review."""
    sentence: str = ""
    """What there is to say without a verdict."""


def judge_changes(base: Path, plans: Path, review: Path, commit: str) -> Judgement:
    """Run the guard, the PCI gate and the review, whatever the others say. `review` gets review.md
    for the comment, review.html with everything, and the gate's reports.

    From the start review.md is about `commit`: no earlier review can stand for it.

    Raises Refused when the plans are not those that were sealed, Failed without the gate.
    """
    base, plans = base.resolve(), plans.resolve()
    comment = _Comment(review, commit)
    comment.not_judged("judging ended before its end, the log says why")
    (review / RESULT).unlink(missing_ok=True)
    if not is_sealed(plans):
        comment.not_judged("planning failed, the log says why")
        return Judgement(NOT_JUDGED, sentence="Not judged: planning failed.")
    try:
        sealed = open_sealed(plans, base)
    except Refused:
        comment.not_judged("the plans are not those that were sealed, the log says why")
        raise
    if not sealed.files:
        comment.write("Nothing changes.\n")
        return Judgement(0, sentence="Nothing changes.")
    files = [sealed.as_json(stack) for stack in sealed.stacks]
    judged, mistakes = _verdict(files, base)
    # Where not the whole estate was synthesised, a waiver may be for the rest of it.
    gate = run_gate(output_folder(), review, files, partial=bool(stack_globs()))
    if judged:
        try:
            _write_review(comment, review, judged)
        except InvalidInput as error:
            mistakes = error
    if mistakes:
        comment.not_judged("the plans cannot be read, the log says why")
    guard = 0 if judged and judged[1].is_clean else 1 if judged else NOT_JUDGED
    return Judgement(guard or gate or (NOT_JUDGED if mistakes else 0), judged, mistakes)


def _verdict(
    plans: list[Path], base: Path
) -> tuple[tuple[Context, Verdict] | None, InvalidInput | None]:
    try:
        return read_and_judge(plans, base / "environments", read_break_glass(BREAK_GLASS)), None
    except InvalidInput as mistakes:
        return None, mistakes


def _write_review(comment: "_Comment", review: Path, judged: tuple[Context, Verdict]) -> None:
    result = review / RESULT
    document = review_plans(*judged, read_policy_result(result) if result.exists() else None)
    page = review / "review.html"
    write_atomically(page, as_html(document).encode())
    comment.write(as_markdown(document, rest=f"the HTML review, {page.name}"))


class _Comment:
    """The text for the pull request, review.md."""

    def __init__(self, review: Path, commit: str) -> None:
        review.mkdir(parents=True, exist_ok=True)
        self._file, self._commit = review / "review.md", commit

    def write(self, text: str) -> None:
        write_atomically(self._file, text.encode())

    def not_judged(self, reason: str) -> None:
        warning = "Do not apply its plans."
        self.write(f"## Not judged\n\nCommit {self._commit}: {reason}. {warning}\n")
