"""Lists the plan files that a review explains. An applied file must have the digest named there."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rollout.plans.read import StackPlan


@dataclass(frozen=True)
class PlanFile:
    """A plan in the form that Terraform applies, `STACK.tfplan` beside its JSON."""

    stack: str
    name: str
    sha256: str


def plan_files(plans: Iterable[StackPlan]) -> tuple[PlanFile, ...]:
    """Return the plan files beside the JSON of the plans; none where one of them is missing."""
    paths = {plan.stack.id: plan.path.with_suffix(".tfplan") for plan in plans}
    if not all(path.is_file() for path in paths.values()):
        return ()
    return tuple(described(path, stack) for stack, path in paths.items())


def described(file: Path, stack: str = "") -> PlanFile:
    """Return a file with its digest. Without `stack`, its name is that of the stack."""
    return PlanFile(stack or file.stem, file.name, hashlib.sha256(file.read_bytes()).hexdigest())


def listing(files: Iterable[PlanFile]) -> str:
    """Return the list that `sha256sum` writes of the files, in the order of their names."""
    lines = sorted((file.name, file.sha256) for file in files)
    return "".join(f"{sha256}  {name}\n" for name, sha256 in lines)


def together(files: Iterable[PlanFile]) -> str:
    """Return one digest of all files, that of their listing. It has room in a review that leaves
    out the list.
    """
    return hashlib.sha256(listing(files).encode()).hexdigest()
