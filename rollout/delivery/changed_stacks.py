"""Detects the stacks that a change touches, which differ from what another revision makes."""

import json
import tarfile
import tempfile
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pay.hcl.output import HCL, METADATA
from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import Stack
from rollout import git
from rollout.delivery.synthesis import synthesise
from stacks.estate import matches


@dataclass(frozen=True)
class Changes:
    """The stacks that a change touches, by their ids."""

    changed: frozenset[str]
    """Those whose HCL differs, or that are new."""
    left: frozenset[str]
    """Those whose state the change leaves behind: no code makes the stack any more, or its code
    names another state. Terraform could no longer destroy what the state holds.
    """


def changed_since(base: str, project: Path, environments: Path, *, globs: str = "") -> Changes:
    """Return the stacks that differ between `project` and its revision `base`, among those that
    match `globs`.

    Raises InvalidInput when `base` is not a revision, and as `changed_from` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        checkout, before, out = (Path(folder, name) for name in ("base", "before", "out"))
        _check_out(base, project, checkout)
        return changed_from(checkout, project, environments, before, out, globs=globs)


def changed_from(
    base: Path,
    project: Path,
    environments: Path,
    before: Path,
    out: Path,
    *,
    globs: str = "",
    known: Mapping[str, Stack] | None = None,
) -> Changes:
    """Return the stacks that differ between `project` and the checkout `base`, among those that
    match `globs`. `before` gets the stacks of `base`, `out` those of `project`. Both also get the
    sides and records of `known` that are planned or read with one that matches.

    Synthesises both, each by its own code. Raises InvalidInput when one of the two cannot be
    synthesised.
    """
    wanted = globs
    if patterns := globs.split():
        matching = (id for id in known or {} if matches(id, patterns))
        wanted = " ".join([*patterns, *sorted(of_the_same_services(matching, known or {}))])
    with ThreadPoolExecutor(2) as pool:
        runs = (
            pool.submit(_synthesise_base, base, before, wanted),
            pool.submit(synthesise, project, environments.resolve(), out, globs=wanted),
        )
        for run in runs:
            run.result()
    return changes(before, out, patterns)


def changes(before: Path, after: Path, patterns: Collection[str] = ()) -> Changes:
    """Return the stacks that differ between two folders of `cdktf synth`. Only ids that match a
    pattern count; without a pattern all do.
    """
    was, becomes = _stacks(before, patterns), _stacks(after, patterns)
    return Changes(
        changed=frozenset(
            id for id, folder in becomes.items() if id not in was or _hcl(was[id]) != _hcl(folder)
        ),
        left=frozenset(
            id
            for id, folder in was.items()
            if id not in becomes or _backend(folder) != _backend(becomes[id])
        ),
    )


def judged_together(ids: Iterable[str], known: Mapping[str, Stack]) -> frozenset[str]:
    """Return the stacks and the records of each side, because the guard asks where records lead."""
    ids = frozenset(ids)
    same = of_the_same_services(ids, known)
    return ids | {id for id in same if known[id].kind.holds_records}


def of_the_same_services(ids: Iterable[str], known: Mapping[str, Stack]) -> frozenset[str]:
    """Return the sides and records of each service that has a side among `ids`. A side is planned
    with the release of the other, and its records are judged with it.
    """
    stacks = [known[id] for id in ids]
    services = {(stack.owner, stack.service) for stack in stacks if stack.kind.side}
    return frozenset(
        id
        for id, stack in known.items()
        if (stack.kind.side or stack.kind.holds_records)
        and (stack.owner, stack.service) in services
    )


def _synthesise_base(base: Path, out: Path, globs: str) -> None:
    environments = base / "environments"
    try:
        synthesise(base, environments, out, globs=globs)
    except InvalidInput:
        if not globs:
            raise
        # What is new matches no stack there, and that is refused.
        synthesise(base, environments, out)


def _stacks(out: Path, patterns: Collection[str]) -> dict[str, Path]:
    folders = (file.parent for file in out.glob(f"stacks/*/{HCL}"))
    return {folder.name: folder for folder in folders if matches(folder.name, patterns)}


def _hcl(stack: Path) -> bytes:
    return (stack / HCL).read_bytes()


def _backend(stack: Path) -> object:
    """Return where the stack's state is, from its JSON beside the HCL."""
    return json.loads((stack / METADATA).read_bytes())["terraform"]["backend"]


def _check_out(base: str, project: Path, folder: Path) -> None:
    archive = git.run(project, "archive", "--format=tar", "--end-of-options", base)
    if archive.returncode:
        problem = Problem(
            where="--changed",
            found=f"{base}: {git.why(archive)}",
            allowed="a revision of this checkout, for example main",
        )
        raise InvalidInput([problem])
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
