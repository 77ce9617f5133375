"""Plans a release: a new revision of the task definition on each side, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pay.model import Side
from pay.model.stacks import TASKS, traffic_stack
from pay.model.tasks import image_tag_variable
from rollout.delivery.planner import Planner
from rollout.delivery.terraform import Terraform
from rollout.deployment.release_checks import RequestedRelease
from rollout.guard.options import read_and_judge
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import PriorState, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.releases import image_tag_variables
from rollout.review.containers import container_changes
from rollout.review.plan_files import described, together
from rollout.terminal.refusal import Failed, Finding

SERVICE = "aws_ecs_service"
_REVISION = "task_definition"
DRIFT = "has-no-drift"
"""The guard's rule about what was changed outside Terraform."""


@dataclass(frozen=True)
class ReleasePlans:
    """The plans of a release, as Terraform applies them."""

    folder: Path
    by_stack: Mapping[str, StackPlan]
    findings: tuple[Finding, ...]
    sha256: str
    """The digest of all plan files, as a review names it."""

    def file(self, stack: str) -> Path:
        return self.folder / f"{stack}.tfplan"

    def changes(self, stack: str) -> bool:
        """Return whether a stack does not run the release yet."""
        return bool(self.by_stack[stack].plan.moving)


def variables(asked: RequestedRelease, references: Mapping[str, str]) -> dict[str, str]:
    """Return Terraform variable -> tag or digest, for tags or digests by container."""
    names = image_tag_variables(asked.service.name)
    return {names[name]: each for name, each in references.items() if name in names}


def plan_release(
    asked: RequestedRelease,
    terraform: Terraform,
    folder: Path,
    releases: Mapping[Side, Mapping[str, str]],
    *,
    migration: str | None = None,
    is_judged: bool = True,
) -> ReleasePlans:
    """Plan sides with the tags or digests in `releases`. The task of the release's `migration` gets
    its digest; None if the release has none.

    `is_judged` also plans the records, which must not change, and asks the guard. Going back to
    what ran before only has to change nothing else. Raises as `Planner.plan` and `read_and_judge`
    do.
    """
    planner = Planner(terraform, asked.stacks)
    files: list[Path] = []
    unapplied: list[Finding] = []
    for side in asked.sides:
        if side.side in releases:
            files.append(folder / f"{asked.stack_of(side)}.tfplan")
            planner.plan(asked.stack_of(side), files[-1], release=releases[side.side])
    if migration:
        tasks = TASKS.stack_id(asked.environment.name)
        terraform.init(tasks)
        if terraform.state_version(tasks) is None:
            reason = f"{tasks} is not applied: it has the migration of {asked.service.name}"
            unapplied.append(Finding("migration", reason, "apply it first"))
        else:
            files.append(folder / f"{tasks}.tfplan")
            image = {image_tag_variable(asked.service.name): migration}
            planner.plan(tasks, files[-1], release=image)
    if is_judged:
        records = traffic_stack(asked.environment.name, asked.service.name)
        files.append(folder / f"{records}.tfplan")
        planner.plan(records, files[-1])
    context, verdict = read_and_judge(
        [file.with_suffix(".json") for file in files], asked.folder, {}
    )
    plans = {plan.stack.id: plan for plan in context.plans}
    findings = unapplied + [each for plan in plans.values() for each in others(plan)]
    if is_judged:
        for each in verdict.refused:
            if each.rule == DRIFT and runs_only_another_revision(
                plans[each.stack], each.finding.address
            ):
                continue
            reason = f"{each.stack} {each.finding.address}: {each.finding.saw}"
            findings.append(Finding(each.rule, reason, each.finding.do))
    return ReleasePlans(folder, plans, tuple(findings), together(map(described, files)))


def runs_only_another_revision(plan: StackPlan, address: str) -> bool:
    """Return whether only the revision of a service differs from the one that Terraform knows. A
    deployment was killed half way, or ECS rolled it back. What runs was compared with the release,
    which takes its place.
    """
    drifts = [each for each in plan.plan.resource_drift if each.address == address]
    return bool(drifts) and all(
        drift.type == SERVICE and {each.path[0] for each in drift.attributes()} == {_REVISION}
        for drift in drifts
    )


def others(plan: StackPlan) -> Iterator[Finding]:
    """Yield what a plan changes beside the images of its task definition."""
    fix = "plan, review and apply that change first; a release changes images only"
    for change in plan.plan.moving:
        if plan.stack.kind.holds_records:
            reason = f"{plan.stack.id} would change {change.address}: a move of the stage is open"
            yield Finding("stage-move", reason, "apply the move first, or take it back")
        elif other := _beside_images(change):
            yield Finding("only-a-release", f"{plan.stack.id} would change {other}", fix)


def _beside_images(change: ResourceChange) -> str | None:
    """Return what changes of a resource beside images and the revision; None for nothing."""
    if change.type not in (SERVICE, TASK_DEFINITION) or change.is_removed:
        return change.address
    # A new revision has computed attributes of its own, which no plan knows.
    others = [
        each.name
        for each in change.attributes()
        if not each.is_unknown and each.path[0] not in (_REVISION, "container_definitions")
    ]
    others += [
        f"{container.container}: {line.what}"
        for container in container_changes(change)
        for line in container.lines
        if container.how != "changed" or line.what != "image"
    ]
    return f"{change.address}: {', '.join(others)}" if others else None


def revision(terraform: Terraform, stack: str) -> str:
    """Return the ARN of the task definition in the state of a side. Raises Failed without one."""
    state = PriorState.model_validate_json(terraform.show(stack))
    for resource in state.values.root_module.every_resource():
        if resource.type == TASK_DEFINITION and resource.mode == "managed":
            return str(resource.values["arn"])
    raise Failed(f"the state of {stack} has no task definition; apply the side first")
