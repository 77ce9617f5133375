"""Runs main.py with laps, on the prebuilt provider package, or with more services.

    python -O tests/bench/run_main.py [--prebuilt [--plainly]] [--services N] [--laps FILE]

The environment variable BENCH_STARTED is the time.monotonic() at which it was started.
"""

import argparse
import json
import os
import runpy
import sys
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
# .venv-prebuilt does not know this project's source roots.
sys.path[:1] = [str(ROOT), str(ROOT / "constructs")]

from tests.bench import prebuilt_alias  # noqa: E402 - the paths come first
from tests.bench.phases import OTHER, Phases  # noqa: E402


def main() -> None:
    options = _parser().parse_args()
    phases = Phases(float(os.environ.get("BENCH_STARTED", time.monotonic())))
    if options.prebuilt:
        prebuilt_alias.install()
    if options.plainly:
        _plainly()
    phases.lap("start Python")
    if options.services > 1:
        _add_services(options.services)
    if options.laps:
        _lap_steps(phases)
    try:
        runpy.run_path(str(ROOT / "main.py"), run_name="__main__")
    finally:
        if options.laps:
            phases.lap(OTHER)
            laps = {name: asdict(lap) for name, lap in phases.laps.items()}
            options.laps.write_text(json.dumps(laps))


def _plainly() -> None:
    """Make all stacks in one process that asks Node for each attribute, waits for each answer and
    looks for garbage, as an app of cdktf does.
    """
    os.environ["JSII_NODE"] = str(Path(__file__).with_name("plain_node.sh"))
    import gc

    import pay.hcl.app
    import stacks.synthesis

    for module, name, usual in (
        (stacks.synthesis, "processes_for", lambda *_, **__: 1),
        (pay.hcl.app, "answer_known_references", lambda schema: None),
        (gc, "disable", lambda: None),
        (gc, "freeze", lambda: None),
    ):
        getattr(module, name)  # fails where the shortcut has another name by now
        setattr(module, name, usual)


def _add_services(times: int) -> None:
    import pay.catalogue
    from tests.bench import more_services

    # Before anybody else takes it from there.
    pay.catalogue.CATALOGUE = more_services.copies(pay.catalogue.CATALOGUE, times)


def _lap_steps(phases: Phases) -> None:
    """Imports what main.py imports, and counts its steps; as this process talks to Node then, it
    makes all stacks itself.
    """
    import pay.environments.load

    phases.lap("import the model")
    import cdktf

    phases.lap("import cdktf, start Node")
    import pay.hcl.app
    import stacks.estate
    import stacks.synthesis
    from pay.model.stacks import KINDS

    for kind in KINDS:
        stacks.estate.class_of(kind)
    phases.lap("import the bindings and stacks")
    phases.wrap(pay.environments.load, "load_environments", "load and check the environments")
    phases.wrap(stacks.synthesis, "add_stack", "build the constructs")
    # HclApp calls cdktf.App: the inner one first, so that the outer one keeps what is left.
    phases.wrap(cdktf.App, "synth", "synthesise JSON (in Node)")
    phases.wrap(pay.hcl.app.HclApp, "render", "turn JSON into HCL2")
    phases.wrap(stacks.synthesis, "write_output", "put files in place")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prebuilt", action="store_true")
    parser.add_argument("--plainly", action="store_true")
    parser.add_argument("--services", type=int, default=1, metavar="N")
    parser.add_argument("--laps", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    main()
