"""Runs the PCI gate on the command line, as `python -m policies`.

Exit status: 0 passed, 1 refused, 2 wrong use.
"""

import argparse
import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pay.files import replace_file
from pay.model.problem import InvalidInput
from pay.model.watching.suppressions import read_suppressions
from pay.plans.plan_file import NotAPlan, read_plan_file
from pay.shown_text import printable
from policies.engine import requirements, suppressions, waivers
from policies.engine.verdict import GateVerdict
from policies.reading.plan_shape import require_shape
from policies.reading.synth_output import NothingToJudge, stack_folders
from policies.report import FORMATS
from policies.report.terminal import as_table

PASSED, REFUSED, WRONG_USE = 0, 1, 2
WRONG_INPUT = (
    waivers.InvalidWaivers,
    InvalidInput,
    NothingToJudge,
    NotAPlan,
    requirements.UnknownRule,
)


def main(arguments: Sequence[str] | None = None) -> int:
    # `... | head` and Ctrl-C end the gate without a traceback.
    for number in (signal.SIGPIPE, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    options = _parser().parse_args(arguments)
    if options.plan and len(options.root) > 1:
        print("--plan: give exactly one --root, the one the plans belong to", file=sys.stderr)
        return WRONG_USE
    if not options.rules and not options.root:
        print("--root: give the folder of the synthesised stacks", file=sys.stderr)
        return WRONG_USE
    try:
        if options.rules:
            _check_rules(options.waivers)
            return PASSED
        verdicts = _judge(options)
    except WRONG_INPUT as mistake:
        print(printable(str(mistake)), file=sys.stderr)
        return WRONG_USE
    try:
        for form, file in options.format or [("table", None)]:
            _write(form, file, verdicts)
    except OSError as error:
        place = error.filename or "standard output"
        print(f"{place}: found {error.strerror}; allowed: a file to write to", file=sys.stderr)
        return WRONG_USE
    return REFUSED if any(each.refused for each in verdicts) else PASSED


def _write(form: str, file: Path | None, verdicts: list[GateVerdict]) -> None:
    if form == "table":
        text = as_table(verdicts, terminal=file is None and sys.stdout.isatty())
    else:
        text = FORMATS[form](verdicts)
    if file is None:
        print(text, flush=True)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text.encode())


def _judge(options: argparse.Namespace) -> list[GateVerdict]:
    for root in options.root:
        stack_folders(root)
    plans = {file: _plan(file) for file in options.plan}
    accepted = waivers.load(options.waivers)
    suppressed = read_suppressions(options.suppressions)
    # checkov takes seconds to import; wrong use is reported before.
    from policies.catalogue import catalogue
    from policies.gate import Gate

    table = requirements.load()
    gate = Gate(table, catalogue(table), accepted, suppressed)
    # checkov keeps hundreds of thousands of objects, which every full collection would visit. A
    # parsed file is garbage without circles. That saves 15 % of the time for 2 MB.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    return [
        gate.judge(root, today=options.on, plans=plans, partial=options.partial)
        for root in options.root
    ]


def _check_rules(file: Path) -> None:
    """Raise UnknownRule or InvalidWaivers for a rule that the table or a waiver names in vain."""
    accepted = waivers.load(file)
    from policies.catalogue import catalogue

    if mistakes := waivers.unknown_rules(accepted, catalogue(requirements.load())):
        raise waivers.InvalidWaivers("\n".join(f"{file}: {each}" for each in mistakes))


def _plan(file: Path) -> Mapping[str, Any]:
    plan = read_plan_file(file)
    require_shape(file, plan)
    return plan.document


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies", description=__doc__)
    parser.add_argument(
        "--root",
        type=Path,
        action="append",
        default=[],
        help="folder of the synthesised stacks; may be repeated, each is judged on its own",
    )
    parser.add_argument(
        "--plan",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="PLAN.json",
        help="plans of stacks under the root, from `terraform show -json`; a second check",
    )
    parser.add_argument(
        "--rules",
        action="store_true",
        help="only check that every rule exists that requirements.toml and the waivers name",
    )
    parser.add_argument("--waivers", type=Path, default=waivers.FILE, help="default: %(default)s")
    parser.add_argument(
        "--suppressions", type=Path, default=suppressions.FILE, help="default: %(default)s"
    )
    parser.add_argument(
        "--on",
        type=date.fromisoformat,
        default=date.today(),
        metavar="YYYY-MM-DD",
        help="day on which waivers and suppressions must be valid; default: today",
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="the root holds only some stacks of the estate; do not report unused waivers",
    )
    parser.add_argument(
        "--format",
        type=_format,
        action="append",
        metavar="FORMAT[=FILE]",
        help=f"table, {', '.join(FORMATS)}; may be repeated; default: table",
    )
    return parser


def _format(text: str) -> tuple[str, Path | None]:
    form, _, file = text.partition("=")
    if form != "table" and form not in FORMATS:
        known = ", ".join(["table", *FORMATS])
        raise argparse.ArgumentTypeError(f"{form!r} is not a format; allowed: {known}")
    return form, Path(file) if file else None


if __name__ == "__main__":
    sys.exit(main())
