"""Detects the stacks that a change touches: their HCL differs from that of a Git revision."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import Stack
from rollout.delivery.synthesis import synthesise


def changed_since(base: str, project: Path, environments: Path) -> frozenset[str]:
    """Return the ids of the stacks whose HCL differs between `project` and its revision `base`.

    Raises InvalidInput when `base` is not a revision, and as `changed_from` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        checkout, out = Path(folder, "base"), Path(folder, "out")
        _check_out(base, project, checkout)
        return changed_from(checkout, project, environments, out)


def changed_from(
    base: Path, project: Path, environments: Path, out: Path, *, globs: str = ""
) -> frozenset[str]:
    """Return the ids of the stacks whose HCL differs between `project` and the checkout `base`,
    among those that match `globs`. `out` gets the HCL of `project`.

    Synthesises both, each by its own code. Raises InvalidInput when one of the two cannot be
    synthesised, and when a stack of `base` has no code any more.
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        before = Path(folder)
        runs = (
            pool.submit(synthesise, base, base / "environments", before, globs=globs),
            pool.submit(synthesise, project, environments.resolve(), out, globs=globs),
        )
        for run in runs:
            run.result()
        return changed(before, out)


def changed(before: Path, after: Path) -> frozenset[str]:
    """Return the ids of the stacks whose HCL differs between two folders of `cdktf synth`.

    Raises InvalidInput for every stack of `before` that `after` does not have: Terraform could no
    longer destroy what it holds.
    """
    was, becomes = _hcl(before), _hcl(after)
    if gone := sorted(was.keys() - becomes.keys()):
        raise InvalidInput(
            Problem(
                where=id,
                found="resources may be left, and no code creates the stack",
                allowed="a stack is deleted after its resources",
                fix="let the stack render nothing, deploy that, then delete the stack's code",
            )
            for id in gone
        )
    return frozenset(id for id, text in becomes.items() if was.get(id) != text)


def judged_together(ids: Iterable[str], known: Mapping[str, Stack]) -> frozenset[str]:
    """Return the stacks and the records of each side: the guard checks where records lead."""
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
        problem = Problem(
            where="--changed",
            found=f"{base}: {archive.stderr.decode(errors='replace').strip()}",
            allowed="a revision of this checkout, for example main",
        )
        raise InvalidInput([problem])
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
