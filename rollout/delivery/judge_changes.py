"""Judges the plans of a change by the guard and the PCI gate, and writes the review."""

from pathlib import Path

import typer

from pay.files import replace_file
from pay.model.problem import InvalidInput
from rollout.delivery.pci_gate import RESULT, run_gate
from rollout.delivery.plan_set import is_sealed, open_sealed
from rollout.delivery.synthesis import output_folder, stack_globs
from rollout.guard.allowances import read_break_glass
from rollout.guard.options import read_and_judge
from rollout.guard.report import as_data, print_mistakes, print_verdict
from rollout.review.document import review as review_plans
from rollout.review.policy import read_policy_result
from rollout.review.render import as_html, as_markdown
from rollout.terminal.console import console, print_json
from rollout.terminal.refusal import Failed, Refused

BREAK_GLASS = Path("break-glass")
"""At the project's root; the change itself carries it, and the review shows it."""

NOT_JUDGED = 2


def judge_changes(
    base: Path, plans: Path, review: Path, commit: str, *, as_json: bool = False
) -> int:
    """Run the guard, the PCI gate and the review, whatever the others say, and print the verdict.
    `review` gets review.md for the comment, review.html with everything, and the gate's reports.
    From the start review.md is about `commit`, so that no earlier review can stand for it.

    Returns the guard's exit code unless it is 0, else the PCI gate's. Returns NOT_JUDGED where
    that would be 0 although a file cannot be read. Raises Refused when the plans are not those that
    were sealed, Failed without `base` or the gate.
    """
    base, plans = base.resolve(), plans.resolve()
    review.mkdir(parents=True, exist_ok=True)
    comment, page, result = review / "review.md", review / "review.html", review / RESULT

    def not_judged(reason: str) -> None:
        text = f"## Not judged\n\nCommit {commit}: {reason}. Do not apply its plans.\n"
        replace_file(comment, text.encode())

    not_judged("judging ended before its end, the log says why")
    result.unlink(missing_ok=True)
    if not base.is_dir():
        not_judged("the project without the change is missing, the log says why")
        raise Failed(f"BASE: found no folder {base}; give a checkout without the change")
    if not is_sealed(plans):
        not_judged("planning failed, the log says why")
        _print_one_line("not judged", "Not judged: planning failed.", as_json=as_json)
        return NOT_JUDGED
    try:
        sealed = open_sealed(plans, base)
    except Refused:
        not_judged("the plans are not those that were sealed, the log says why")
        raise
    if not sealed.files:
        replace_file(comment, b"Nothing changes.\n")
        _print_one_line("clean", "Nothing changes.", as_json=as_json)
        return 0
    files = [sealed.as_json(stack) for stack in sealed.stacks]
    # Where not the whole estate was synthesised, a waiver may be for the rest of it.
    gate = run_gate(output_folder(), review, files, partial=bool(stack_globs()), beside=as_json)
    guard = NOT_JUDGED
    try:
        allowed = read_break_glass(BREAK_GLASS)
        context, verdict = read_and_judge(files, base / "environments", allowed)
        guard = 0 if verdict.is_clean else 1
        if not as_json:
            print_verdict(console(), context, verdict)
        policy = read_policy_result(result) if result.exists() else None
    except InvalidInput as mistakes:
        wrong = dict.fromkeys(f"`{Path(each.where).name}`" for each in mistakes.problems)
        not_judged(f"found mistakes in {', '.join(wrong)}, the log lists them")
        print_mistakes(mistakes, as_json=as_json)
        return guard or gate or NOT_JUDGED
    document = review_plans(context, verdict, policy)
    replace_file(page, as_html(document).encode())
    text = as_markdown(document, rest=f"the HTML review, {page.name}")
    replace_file(comment, text.encode())
    if as_json:
        files_written = {"review": str(comment), "gate": str(result)}
        print_json(as_data(context, verdict) | {"gate_exit_code": gate, "files": files_written})
    return guard or gate


def _print_one_line(verdict: str, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"verdict": verdict, "plans": [], "why": text})
    else:
        typer.echo(text)
