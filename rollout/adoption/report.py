"""What AWS has of an environment, what is missing and which calls it denied, all at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from rollout.adoption.answers import ACTIONS, Answer, failures


def as_data(answers: Sequence[Answer], written: Path | None) -> dict[str, Any]:
    """Return the report for programs; `file` is None when nothing was written."""
    missing = [each for each in answers if each.is_missing]
    adopted = [each for each in answers if each.import_id and not each.by_hand]
    return {
        "file": str(written) if written else None,
        "adopted": {str(each): each.import_id for each in adopted},
        "missing": [_line(each) for each in missing if each.expected],
        "created": [_line(each) for each in missing if not each.expected],
        "by_hand": {str(each): each.import_id for each in answers if each.by_hand},
        "failed": [
            {"action": each.action, "error": each.message, "for": each.addresses}
            for each in failures(answers)
        ],
        "needs": list(ACTIONS),
    }


def print_report(out: Console, answers: Sequence[Answer], written: Path | None) -> None:
    """Print a line for each address that is not taken over, then the sum and what to do."""
    missing = [each for each in answers if each.is_missing]
    for each in missing:
        then = "not found; will be created"
        if each.expected:
            then = 'expected, not found; written as "create"' if written else "expected, not found"
        out.print(escape(f"{_line(each)}: {then}"))
    by_hand = [each for each in answers if each.by_hand]
    for each in by_hand:
        then = 'write its import id, or "create", into the file by hand'
        if each.import_id:
            then = "its line in the file stays"
        out.print(escape(f"{each}: pay adopt cannot look up {each.what}; {then}"))
    denied = failures(answers)
    for failure in denied:
        out.print(f"[red]{escape(failure.action)}[/]: {escape(failure.message)}")
        out.print(f"  [dim]asked for[/] {escape(', '.join(failure.addresses))}")
    end = f"written to {written}" if written else "nothing was written"
    adopted = sum(each.import_id is not None and not each.by_hand for each in answers)
    out.print(escape(f"{adopted} of {len(answers) - len(by_hand)} found; {end}."))
    if denied:
        out.print(
            f"[dim]->[/] allow your role these actions, all of them read: {', '.join(ACTIONS)}"
        )
    if not written and any(each.expected for each in missing):
        out.print(
            "[dim]->[/] start what should run and does not; or, where it is right that Terraform "
            "creates it, run this again with --allow-missing"
        )


def _line(each: Answer) -> str:
    return f"{each}: {each.what}"
