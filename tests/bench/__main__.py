"""`make bench`: what synthesis and the PCI gate cost, beside the budgets.

Every figure is of whole processes, started as `cdktf synth` starts them. Runs that are compared
take turns. Wall time is only worth something on an idle machine; CPU time nearly always.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from difflib import unified_diff
from functools import partial
from itertools import islice
from pathlib import Path

from rich.console import Console

from tests.bench import budgets, estate
from tests.bench.budgets import at_most
from tests.bench.everyday import CHANGES, Everyday
from tests.bench.more_services import write_environments
from tests.bench.process import Run, RunFailed, can_measure_memory, measure
from tests.bench.report import Figure, Ratio, Report, Scaled, show
from toolchain.paths import ROOT

ONE_STACK = "production-2-connector-ec2"
WHOLE, ONE = "whole estate from nothing", f"one stack ({ONE_STACK})"
PARTS = ("synth", "scaling", "phases", "gate")


def main() -> int:
    options = _parser().parse_args()
    progress = Console(stderr=True, highlight=False)
    report = Report(machine=_machine())
    if not can_measure_memory():
        report.left_out.append("memory: it is read from /proc, which only Linux has")
    try:
        progress.print("warming up ...")
        with estate.output_folder() as out:
            estate.warm_up(estate.MAIN, out)
        if "synth" in options.only:
            _synth(report, options.runs, progress)
        if "scaling" in options.only:
            _scaling(report, options.times, progress)
        if "phases" in options.only:
            for title, stacks in ((WHOLE, ""), (ONE, ONE_STACK)):
                progress.print(f"phases: {title} ...")
                with estate.output_folder() as out:
                    report.phases[title] = estate.laps(out, stacks)
        if "gate" in options.only:
            _gate(report, options.runs, progress)
    except RunFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(asdict(report), indent=2))
    else:
        # Wide enough for the tables where the output is no terminal.
        show(report, Console(highlight=False, width=None if sys.stdout.isatty() else 130))
    return 0


def _synth(report: Report, runs: int, progress: Console) -> None:
    """Time and memory, and the prebuilt provider package in turns with the generated bindings."""

    def from_nothing(*command: str, stacks: str = "") -> Run:
        with estate.output_folder() as out:
            return estate.synthesise(command, out, stacks=stacks)

    with estate.output_folder() as environments, estate.output_folder() as out:
        everyday = Everyday(environments, out)
        cases: dict[str, Callable[[], Run]] = {
            WHOLE: partial(from_nothing, *estate.MAIN),
            **{title: partial(everyday.after, title) for title in CHANGES},
            ONE: partial(from_nothing, *estate.MAIN, stacks=ONE_STACK),
            "whole estate by `cdktf synth`": partial(from_nothing, estate.CDKTF, "synth"),
        }
        has_prebuilt = Path(estate.PREBUILT_PYTHON[0]).exists()
        if has_prebuilt:
            progress.print("warming up the prebuilt package ...")
            with estate.output_folder() as ours, estate.output_folder() as theirs:
                estate.warm_up(estate.MAIN, ours)
                estate.warm_up(estate.PLAINLY_ON_PREBUILT, theirs)
                report.same_output.append(_compared(ours, theirs))
            prebuilt = partial(from_nothing, *estate.PLAINLY_ON_PREBUILT)
            cases[_on_prebuilt(WHOLE)] = prebuilt
            cases[_on_prebuilt(ONE)] = partial(prebuilt, stacks=ONE_STACK)
            cases[_with_shortcuts(WHOLE)] = partial(from_nothing, *estate.MAIN_ON_PREBUILT)
        else:
            report.left_out.append(
                "the prebuilt package: .venv-prebuilt is missing; run `make bench`"
            )
        measured: dict[str, list[Run]] = {title: [] for title in cases}
        for round_ in range(runs):
            for title, run in cases.items():
                progress.print(f"run {round_ + 1} of {runs}: {title} ...")
                measured[title].append(run())
        report.same_output.append(everyday.compared())
    figures = {title: Figure.of(title, found) for title, found in measured.items()}
    if has_prebuilt:
        report.ratios = [
            Ratio.of(title, figures[title], figures[_on_prebuilt(whole)], times)
            for title, whole, times in (
                (WHOLE, WHOLE, budgets.TIMES_FASTER_FROM_NOTHING),
                *((title, WHOLE, budgets.TIMES_FASTER_AFTER_A_CHANGE) for title in CHANGES),
                (ONE, ONE, budgets.TIMES_FASTER_FOR_ONE_STACK),
            )
        ]
        title = _with_shortcuts(WHOLE)
        report.ratios.append(Ratio.of(title, figures[WHOLE], figures[title]))
    figures[WHOLE] = replace(
        figures[WHOLE],
        budgets=[at_most(budgets.WHOLE_ESTATE_MB, figures[WHOLE].peak_mb.median, "MB")],
    )
    report.figures += figures.values()


def _on_prebuilt(title: str) -> str:
    return f"{title}, prebuilt package"


def _with_shortcuts(title: str) -> str:
    return f"{_on_prebuilt(title)} with this project's shortcuts"


def _compared(ours: Path, theirs: Path) -> str:
    """Raises RunFailed unless both bindings lead to the same HCL2."""
    hcl = estate.without_provider_version(estate.hcl_of(ours))
    other = estate.without_provider_version(estate.hcl_of(theirs))
    for id_ in sorted({*hcl, *other}):
        if hcl.get(id_) != other.get(id_):
            lines = unified_diff(
                hcl.get(id_, "").splitlines(), other.get(id_, "").splitlines(), n=1, lineterm=""
            )
            shown = "\n".join(islice(lines, 20))
            raise RunFailed(f"the prebuilt package leads to other HCL2 in {id_}:\n{shown}")
    return (
        f"HCL2 of {len(hcl)} stacks is the same on the prebuilt package, byte for byte, but for "
        "the lines that say which version of the provider is required."
    )


def _scaling(report: Report, times: list[int], progress: Console) -> None:
    for each in times:
        progress.print(f"scaling: {each} x the services ...")
        with estate.output_folder() as environments, estate.output_folder() as out:
            write_environments(estate.ENVIRONMENTS, environments, each)
            command = (*estate.PYTHON, estate.RUN_MAIN, "--services", str(each))
            run = estate.synthesise(command, out, environments=environments)
            report.scaling.append(Scaled(each, estate.Written.below(out), run))
    if len(report.scaling) > 1:
        first, *_, last = [row.run.cpu_seconds / row.written.stacks for row in report.scaling]
        growth = last / first
        limit = at_most(budgets.GROWTH_OF_COST_PER_STACK, growth, "x the CPU time a stack")
        text = f"{growth:.2f} x from {times[0]} x to {times[-1]} x the services; {limit.text}"
        report.linear = replace(limit, text=text)


def _gate(report: Report, runs: int, progress: Console) -> None:
    if not Path(estate.GATE_PYTHON).exists():
        report.left_out.append("the PCI gate: .venv-checkov is missing; run `make setup`")
        return
    found = []
    with estate.output_folder() as out:
        estate.synthesise(estate.MAIN, out)
        for round_ in range(runs):
            progress.print(f"run {round_ + 1} of {runs}: the PCI gate ...")
            command = (estate.GATE_PYTHON, "-m", "policies", "--root", str(out))
            # 1: it refuses the estate. That is `make policy`'s business, and costs the same.
            found.append(measure(command, os.environ, ROOT, allowed=frozenset({1})))
    figure = Figure.of("PCI gate over the whole estate", found)
    met = [at_most(budgets.GATE_SECONDS, figure.seconds.median, "s")]
    if can_measure_memory():
        met.append(at_most(budgets.GATE_MB, figure.peak_mb.median, "MB"))
    report.figures.append(replace(figure, budgets=met))


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; load average before: {load:.1f}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of everything that is compared")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
