"""Which stacks a change touches: those whose HCL differs from that of a Git revision."""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import Stack


def changed_since(base: str, project: Path, environments: Path) -> frozenset[str]:
    """The ids of the stacks that `project` renders otherwise than its revision `base` does.

    Synthesises both, each by its own code; only installed packages and bindings are shared. Raises
    InvalidInput when `base` is not a revision, when one of the two cannot be synthesised, and when
    a stack of `base` has no code any more.
    """
    with tempfile.TemporaryDirectory() as folder:
        before, after, checkout = (Path(folder) / name for name in ("before", "after", "base"))
        _check_out(base, project, checkout)
        with ThreadPoolExecutor(2) as pool:
            runs = (
                pool.submit(_synthesise, checkout, checkout / "environments", before),
                pool.submit(_synthesise, project, environments.resolve(), after),
            )
            for run in runs:
                run.result()
        return changed(before, after)


def changed(before: Path, after: Path) -> frozenset[str]:
    """The ids of the stacks whose HCL differs between two folders that `cdktf synth` wrote.

    Raises InvalidInput for every stack of `before` that `after` does not have: Terraform could no
    longer destroy what it holds.
    """
    was, becomes = _hcl(before), _hcl(after)
    if gone := sorted(was.keys() - becomes.keys()):
        raise InvalidInput(
            Problem(
                where=id,
                found="resources may be left, and no code makes the stack any more",
                allowed="a stack goes after its resources",
                fix="let the stack render nothing, deploy that, then take the stack out",
            )
            for id in gone
        )
    return frozenset(id for id, text in becomes.items() if was.get(id) != text)


def judged_together(ids: Iterable[str], known: Mapping[str, Stack]) -> frozenset[str]:
    """The stacks themselves, and the records of each side: the guard asks where they lead."""
    stacks = [known[id] for id in ids]
    sides = {(stack.owner, stack.service) for stack in stacks if stack.kind.side}
    records = (
        id
        for id, stack in known.items()
        if stack.kind.holds_records and (stack.owner, stack.service) in sides
    )
    return frozenset((*(stack.id for stack in stacks), *records))


def _hcl(folder: Path) -> dict[str, bytes]:
    return {file.parent.name: file.read_bytes() for file in folder.glob("stacks/*/cdk.tf")}


def _check_out(base: str, project: Path, folder: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", "--format=tar", "--end-of-options", base],
        cwd=project,
        capture_output=True,
    )
    if archive.returncode:
        raise InvalidInput(
            [
                Problem(
                    where="--changed",
                    found=f"{base}: {archive.stderr.decode(errors='replace').strip()}",
                    allowed="a revision of this checkout, for example main",
                )
            ]
        )
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")


def _synthesise(checkout: Path, environments: Path, out: Path) -> None:
    variables = {
        **os.environ,
        "PYTHONPATH": f"{checkout}{os.pathsep}{checkout / 'constructs'}",
        "PAY_ENVIRONMENTS": str(environments),
        "CDKTF_OUTDIR": str(out),
    }
    # The whole estate, whatever the shell limits its own runs to.
    variables.pop("PAY_STACKS", None)
    run = subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise InvalidInput(
            [
                Problem(
                    where=str(checkout / "main.py"),
                    found=run.stderr.strip() or f"exit status {run.returncode}",
                    allowed="an estate that can be synthesised",
                )
            ]
        )
