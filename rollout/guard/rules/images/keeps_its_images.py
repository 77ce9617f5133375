"""No image that runs, or ran before, is lost. A task whose image is deleted cannot start, scale out
or roll back ("CannotPullContainer"). A repository stays, its tags never move, its lifecycle policy
keeps releases, and the registry scans what it holds. Source: PCI DSS v4.0.1, 6.3.1 and 11.3.1.
"""

import re
from collections.abc import Iterator

from pay.catalogue import IMAGES
from pay.containers.lifecycle import losses
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import PAST, ResourceChange
from rollout.plans.read import StackPlan

REPOSITORY = "aws_ecr_repository"
LIFECYCLE = "aws_ecr_lifecycle_policy"
SCANNING = "aws_ecr_registry_scanning_configuration"

_EFFECTS = {
    REPOSITORY: "every image in it is deleted too; ECR never changes its encryption or its name",
    SCANNING: "no image would be scanned again",
}


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        if change.goes and change.type in _EFFECTS:
            yield GuardFinding(
                change.address,
                f"{change.type} is {PAST[change.verb]}{change.because}; {_EFFECTS[change.type]}",
                "keep it as it is. `pay adopt` writes its encryption into the environment's file, "
                "and a renamed address needs a `moved` block",
            )
        elif not change.is_removed:
            for text, do in _JUDGES.get(change.type, _nothing)(change):
                yield GuardFinding(change.address, text, do)


_Reasons = Iterator[tuple[str, str]]


def _nothing(change: ResourceChange) -> _Reasons:
    yield from ()


def _repository(change: ResourceChange) -> _Reasons:
    mutability = change.after.get("image_tag_mutability")
    if change.is_unknown("image_tag_mutability") or mutability != "IMMUTABLE":
        yield (
            f"image_tag_mutability is {mutability or 'not known'}",
            "make it IMMUTABLE: with a moved tag nobody knows what ran before",
        )
    if change.is_unknown("force_delete") or change.after.get("force_delete"):
        yield "force_delete deletes a repository with all its images", "remove it"


def _lifecycle(change: ResourceChange) -> _Reasons:
    do = "give releases the first rule, by their count, as pay.containers.lifecycle does"
    if change.is_unknown("policy"):
        yield "the lifecycle policy is known only after apply", do
        return
    try:
        for loss in losses(str(change.after.get("policy"))):
            yield f"the lifecycle policy loses what runs: {loss}", do
    except ValueError as error:
        yield f"the lifecycle policy is {error}", do


def _scanning(change: ResourceChange) -> _Reasons:
    do = "scan every repository with ENHANCED: it scans again when a vulnerability is new"
    if (scan_type := change.after.get("scan_type")) != "ENHANCED":
        yield f"scan_type is {scan_type}", do
    filters = [
        str(each.get("filter"))
        for rule in change.after.get("rule") or ()
        if rule.get("scan_frequency") == "CONTINUOUS_SCAN"
        for each in rule.get("repository_filter") or ()
    ]
    left_out = [
        image.repository
        for image in IMAGES.values()
        if not any(_filters(each, image.repository) for each in filters)
    ]
    if left_out:
        others = " and others" if len(left_out) > 3 else ""
        yield f"no rule scans {', '.join(left_out[:3])}{others} continuously", do


def _filters(text: str, repository: str) -> bool:
    """Return whether a filter selects a repository. One without `*` selects every repository whose
    name has it. Source: ECR user guide, "Filters to choose which repositories are scanned".
    """
    pattern = re.escape(text).replace(r"\*", ".*")
    return re.fullmatch(pattern if "*" in text else f".*{pattern}.*", repository) is not None


_JUDGES = {REPOSITORY: _repository, LIFECYCLE: _lifecycle, SCANNING: _scanning}
