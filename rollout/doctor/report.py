"""The lines of an examination, as data and for a terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from rollout.doctor.line import DoctorLine, DoctorVerdict

_MARKS = {
    DoctorVerdict.OK: "[green]ok[/]  ",
    DoctorVerdict.FAILS: "[red]x[/]   ",
    DoctorVerdict.NOT_SHOWN: "[yellow]?[/]   ",
}
_INDENT = (0, 0, 0, 4)


def as_data(environment: str, lines: Sequence[DoctorLine]) -> dict[str, Any]:
    """Return the lines for programs."""
    return {
        "environment": environment,
        "ready": is_ready(lines),
        "lines": [
            {
                "check": line.check,
                "verdict": str(line.verdict),
                "found": line.shown,
                "fix": line.fix or None,
            }
            for line in lines
        ],
    }


def is_ready(lines: Sequence[DoctorLine]) -> bool:
    """Return whether nothing would fail."""
    return all(line.verdict is not DoctorVerdict.FAILS for line in lines)


def print_line(out: Console, line: DoctorLine) -> None:
    """Print a line, and below it what to do."""
    mark = _MARKS[line.verdict]
    if line.verdict is DoctorVerdict.OK:
        out.print(f"{mark}{escape(line.check)}: {escape(line.shown)}")
        return
    out.print(f"{mark}{escape(line.check)}")
    out.print(Padding(escape(line.shown), _INDENT, expand=False))
    out.print(Padding(f"[dim]->[/] {escape(line.fix)}", _INDENT, expand=False))


def print_sum(out: Console, environment: str, lines: Sequence[DoctorLine]) -> None:
    """Print the sum of an examination."""
    failed = sum(line.verdict is DoctorVerdict.FAILS for line in lines)
    unknown = sum(line.verdict is DoctorVerdict.NOT_SHOWN for line in lines)
    hidden = f" Not shown: {unknown}." if unknown else ""
    if failed:
        out.print(f"\n{escape(environment)} is not ready: {failed} would fail.{hidden}")
    else:
        out.print(f"\n{escape(environment)} is ready for a plan.{hidden}")
