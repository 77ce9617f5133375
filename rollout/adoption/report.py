"""What `pay adopt` found, what is missing and what AWS would not tell, all at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from rollout.adoption.found import ACTIONS, Found, failures


def as_data(found: Sequence[Found], written: Path | None) -> dict[str, Any]:
    """For programs; `file` is None when nothing was written."""
    return {
        "file": str(written) if written else None,
        "adopted": {f"{e.stack} {e.address}": e.import_id for e in found if e.import_id},
        "missing": [_line(each) for each in found if each.is_missing and each.expected],
        "created": [_line(each) for each in found if each.is_missing and not each.expected],
        "failed": [
            {"action": each.action, "error": each.message, "for": list(each.addresses)}
            for each in failures(found)
        ],
        "needs": list(ACTIONS),
    }


def print_found(out: Console, found: Sequence[Found], written: Path | None) -> None:
    """A line for each address that is not taken over, then the sum and what to do."""
    missing = [each for each in found if each.is_missing]
    expected = [each for each in missing if each.expected]
    for each in missing:
        then = "not found; will be created"
        if each.expected:
            then = 'expected, not found; written as "create"' if written else "expected, not found"
        out.print(escape(f"{_line(each)}: {then}"))
    failed = failures(found)
    for failure in failed:
        out.print(f"[red]{escape(failure.action)}[/]: {escape(failure.message)}")
        out.print(f"  [dim]asked for[/] {escape(', '.join(failure.addresses))}")
    end = f"written to {written}" if written else "nothing was written"
    adopted = sum(each.import_id is not None for each in found)
    out.print(escape(f"{adopted} of {len(found)} found; {end}."))
    if failed:
        out.print(f"[dim]->[/] allow your role these, all of which read: {', '.join(ACTIONS)}")
    if expected and not written:
        out.print(
            "[dim]->[/] what should run and does not: make it run, or, where it is right that it "
            "is created, run it with --allow-missing"
        )


def _line(each: Found) -> str:
    return f"{each.stack} {each.address}: {each.what}"
