"""The plan files that a review explains: what is applied must have the digests that it names."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from rollout.plans.read import StackPlan


@dataclass(frozen=True)
class PlanFile:
    """A plan in the form that Terraform applies, `STACK.tfplan` beside its JSON."""

    stack: str
    name: str
    sha256: str


def plan_files(plans: Iterable[StackPlan]) -> tuple[PlanFile, ...]:
    """The plan files beside the JSON of the plans; none where one of them is not there."""
    found = []
    for plan in plans:
        path = plan.path.with_suffix(".tfplan")
        if not path.is_file():
            return ()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found.append(PlanFile(plan.stack.id, path.name, digest))
    return tuple(found)


def together(files: Iterable[PlanFile]) -> str:
    """One digest of all of them: that of the list which `sha256sum` writes, in the order of the
    names. It has room in a review that leaves out the list.
    """
    lines = sorted((file.name, file.sha256) for file in files)
    text = "".join(f"{sha256}  {name}\n" for name, sha256 in lines)
    return hashlib.sha256(text.encode()).hexdigest()
