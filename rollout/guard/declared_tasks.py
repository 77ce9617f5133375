"""The one-off tasks that the catalogue declares for an environment, by the names in AWS."""

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.model import Environment, names
from pay.model.tasks import migrated
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange

_OF_A_TASK = {TASK_DEFINITION: "family", "aws_iam_role": "name", "aws_iam_role_policy": "role"}
"""Types of which a task has its own, and the attribute with a name that says of which task."""


def is_undeclared(change: ResourceChange, environment: Environment) -> bool:
    """Return whether a change is about a task that no service declares any more."""
    attribute = _OF_A_TASK.get(change.type)
    return attribute is not None and change.before.get(attribute) not in _names(environment)


def _names(environment: Environment) -> frozenset[str]:
    """Return the names of what the declared tasks, and their schedules, need."""
    migrations = (names.migration(each.name) for each in migrated(environment, CATALOGUE))
    families = (*migrations, *(task.name for task in ONE_OFF_TASKS))
    of_each = (names.one_off_task_family, names.one_off_execution_role, names.one_off_task_role)
    return frozenset(
        {
            names.scheduler_role(environment.name),
            *(name(environment.name, family) for family in families for name in of_each),
        }
    )
