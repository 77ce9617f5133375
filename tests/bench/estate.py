"""The measured runs of main.py: the commands, their settings, what they write."""

import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.phases import Lap
from tests.bench.process import Run, measure
from toolchain.paths import ROOT

ENVIRONMENTS = ROOT / "environments"
RUN_MAIN = "tests/bench/run_main.py"
# As cdktf.json runs it; -O, because jsii's checks of every argument are asserts.
PYTHON = (str(ROOT / ".venv/bin/python"), "-O")
PREBUILT_PYTHON = (str(ROOT / ".venv-prebuilt/bin/python"), "-O")
CDKTF = str(ROOT / "node_modules/.bin/cdktf")
GATE_PYTHON = str(ROOT / ".venv-checkov/bin/python")

MAIN = (*PYTHON, "main.py")
MAIN_ON_PREBUILT = (*PREBUILT_PYTHON, RUN_MAIN, "--prebuilt")
"""The same code on other bindings, with each of this project's shortcuts to Node."""
PLAINLY_ON_PREBUILT = (*MAIN_ON_PREBUILT, "--plainly")

_BLOCK = re.compile(r'^(?:resource|data) "', re.MULTILINE)
# Each package of bindings writes which provider it was generated from: this project's
# "hashicorp/aws", "~> 5.100"; the prebuilt one "aws" (the same provider), "5.100.0".
_REQUIRED_PROVIDER = re.compile(
    r"(?<=^  required_providers \{\n)    aws = \{\n.*?^    \}\n", re.M | re.S
)


@contextmanager
def output_folder() -> Iterator[Path]:
    """A folder for what a run writes; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pay-bench-") as folder:
        yield Path(folder)


def synthesise(
    command: Sequence[str],
    out: Path,
    *,
    stacks: str = "",
    environments: Path = ENVIRONMENTS,
    reuse: bool = False,
    memory: bool = True,
) -> Run:
    """One measured run of main.py into `out`; without `reuse` every stack is made new."""
    return measure(command, settings(out, stacks, environments, reuse), ROOT, memory=memory)


def settings(
    out: Path, stacks: str = "", environments: Path = ENVIRONMENTS, reuse: bool = False
) -> dict[str, str]:
    return {
        **os.environ,
        "CDKTF_OUTDIR": str(out),
        "PAY_STACKS": stacks,
        "PAY_ENVIRONMENTS": str(environments),
        "PAY_REUSE": "on" if reuse else "off",
    }


def warm_up(command: Sequence[str], out: Path) -> None:
    """One run that is not counted and writes the bytecode of what it imports, which is what any
    second run of a program finds unless PYTHONDONTWRITEBYTECODE forbids it.
    """
    env = {**settings(out), "PYTHONDONTWRITEBYTECODE": ""}
    measure(command, env, ROOT, memory=False)


def laps(out: Path, stacks: str) -> dict[str, Lap]:
    """Where the time of one run goes, all in one process and its Node."""
    file = out / "laps.json"
    env = {**settings(out, stacks), "BENCH_STARTED": str(time.monotonic())}
    measure((*PYTHON, RUN_MAIN, "--laps", str(file)), env, ROOT, memory=False)
    return {name: Lap(**lap) for name, lap in json.loads(file.read_text()).items()}


@dataclass(frozen=True)
class Written:
    """What a run wrote."""

    stacks: int
    blocks: int
    """Resources and data sources."""

    @staticmethod
    def below(out: Path) -> "Written":
        texts = hcl_of(out).values()
        return Written(len(texts), sum(len(_BLOCK.findall(text)) for text in texts))


def files_of(out: Path) -> Mapping[str, bytes]:
    """Every file that a run wrote, by its path."""
    return {
        file.relative_to(out).as_posix(): file.read_bytes()
        for file in sorted(out.rglob("*"))
        if file.is_file()
    }


def hcl_of(out: Path) -> Mapping[str, str]:
    """The HCL2 of every stack, by the stack's id."""
    return {
        file.parent.name: file.read_text(encoding="utf-8")
        for file in sorted(out.glob("stacks/*/cdk.tf"))
    }


def without_provider_version(hcl: Mapping[str, str]) -> dict[str, str]:
    """The same, but for the lines that say which version of the provider is required."""
    return {id_: _REQUIRED_PROVIDER.sub("", text) for id_, text in hcl.items()}
