"""The plans of one change in a folder: STACK.tfplan, STACK.json, and the list that seals them.

`SHA256SUMS` lists the plan files, is written last, and is not there before all are planned.
`base.sha256` lists the environment files before the change. `sha256sum --check` reads both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pay.environments.load import environment_files
from pay.files import replace_file
from rollout.review.plan_files import PlanFile, described, listing, together
from rollout.terminal.refusal import Finding, Refused

SEAL = "SHA256SUMS"
BASE = "base.sha256"
AGAIN = "plan, review and approve again"


@dataclass(frozen=True)
class PlanSet:
    """The sealed plans of a change."""

    folder: Path
    files: tuple[PlanFile, ...]

    @property
    def stacks(self) -> tuple[str, ...]:
        return tuple(file.stack for file in self.files)

    @property
    def sha256(self) -> str:
        """Return the digest of all plan files, as the review names it."""
        return together(self.files)

    def plan(self, stack: str) -> Path:
        """Return the plan as `terraform apply` takes it."""
        return self.folder / f"{stack}.tfplan"

    def as_json(self, stack: str) -> Path:
        """Return the plan as `terraform show -json` writes it, for the guard and the review."""
        return self.folder / f"{stack}.json"


def clear(folder: Path) -> None:
    """Delete the plans of an earlier change, the seal first; create the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (SEAL, BASE, "*.tfplan", "*.json"):
        for file in folder.glob(name):
            file.unlink()


def seal(folder: Path, stacks: Iterable[str], base: Path) -> PlanSet:
    """Seal the plans of `stacks`, planned against the checkout `base`."""
    files = tuple(described(folder / f"{stack}.tfplan") for stack in stacks)
    replace_file(folder / BASE, _environment_files(base).encode())
    replace_file(folder / SEAL, listing(files).encode())
    return PlanSet(folder, files)


def is_sealed(folder: Path) -> bool:
    """Return whether a change was planned to the end here."""
    return (folder / SEAL).is_file()


def open_sealed(folder: Path, base: Path) -> PlanSet:
    """Return the plans that the seal lists.

    Raises Refused with every reason: not sealed, a plan changed, missing or extra, another base.
    """
    what = f"using the plans in {folder}"
    if not is_sealed(folder):
        reason = f"{folder} has no {SEAL}: its planning did not finish"
        raise Refused(what, [Finding("seal", reason, AGAIN)])
    lines = (line.partition("  ") for line in _text(folder / SEAL).splitlines())
    listed = {name: sha256 for sha256, _, name in lines}
    if findings := [*_differences(folder, listed, base)]:
        raise Refused(what, findings)
    files = (PlanFile(Path(name).stem, name, sha256) for name, sha256 in listed.items())
    return PlanSet(folder, tuple(files))


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name that no file system takes
        return False


def _differences(folder: Path, listed: Mapping[str, str], base: Path) -> Iterator[Finding]:
    for name, sha256 in listed.items():
        file = folder / name
        if file.parent != folder or file.suffix != ".tfplan":
            yield Finding("seal", f"{SEAL} lists {name!r}, which is not a STACK.tfplan", AGAIN)
        elif not _is_there(file):
            yield Finding("plan-missing", f"{SEAL} lists {name}, which is not in {folder}", AGAIN)
        elif (digest := described(file).sha256) != sha256:
            reason = f"{name} has the digest {digest}; {SEAL} lists {sha256}"
            yield Finding("plan-changed", reason, AGAIN)
    for file in sorted((*folder.glob("*.tfplan"), *folder.glob("*.json"))):
        if f"{file.stem}.tfplan" not in listed:
            yield Finding("plan-extra", f"{file.name} is not listed in {SEAL}", AGAIN)
    seen = folder / BASE
    if not seen.is_file() or _text(seen) != _environment_files(base):
        reason = f"the environment files of {base} are not those that the plans were made against"
        yield Finding("base", reason, f"give the BASE of the planning, or {AGAIN}")


def _environment_files(base: Path) -> str:
    """Return the digests of the files with the stage of every service before the change."""
    return listing(map(described, environment_files(base / "environments").values()))


def _text(file: Path) -> str:
    """Read a file that another program may have written: any byte of it makes a difference, and no
    other mistake.
    """
    return file.read_text("utf-8", errors="backslashreplace")
