"""Every image has a tag that names one release, or a digest. With a moving tag it is unknown what
runs, and a rollback starts the same image again.
"""

from pay.containers.images import is_pinned
from pay.unread import Unread
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_after
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written(TASK_DEFINITION):
        try:
            containers = containers_after(change)
        except Unread as error:
            yield GuardFinding(
                change.address, str(error), "write images that are known at plan time"
            )
            continue
        for container in containers:
            if not is_pinned(container.get("image")):
                yield GuardFinding(
                    change.address,
                    f"container {container['name']} runs {container.get('image')!r}",
                    "name a release by its tag, or an image by its digest (@sha256:...)",
                )
