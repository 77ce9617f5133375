"""The rules of the guard: one a file, the file's name is the rule's id.

A rule is a pure function `check(plan, context)` that yields what it refuses; the module's docstring
says what it protects and why. To add one, write the file and list it here.
"""

from collections.abc import Callable, Iterable, Mapping

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.rules.capacity import (
    keeps_desired_count,
    keeps_ec2_capacity,
    keeps_fargate_at_peak,
    keeps_the_size_of_its_tasks,
)
from rollout.guard.rules.containers import (
    pins_every_image,
    runs_its_own_task_definition,
    takes_work_from_ready_on,
    writes_no_secret_in_plain_text,
)
from rollout.guard.rules.iam import (
    keeps_its_keys_enabled,
    runs_under_its_own_role,
    widens_no_iam_statement,
)
from rollout.guard.rules.monitoring import keeps_its_alarms
from rollout.guard.rules.network import keeps_the_way_to_its_tasks, keeps_what_carries_traffic
from rollout.guard.rules.plan import has_no_drift, leaves_the_existing_estate, plans_everything
from rollout.guard.rules.records import (
    changes_only_weights,
    evaluates_target_health,
    keeps_names_answered,
    keeps_one_routing_policy,
    knows_every_weight,
    leads_to_its_own_load_balancer,
    matches_the_stage,
    moves_one_service,
    moves_records_apart_from_capacity,
    never_weighs_all_zero,
    overwrites_no_record,
    starts_from_the_stage_before,
    takes_one_step,
)
from rollout.plans.read import StackPlan

Rule = Callable[[StackPlan, Context], Iterable[Finding]]

_MODULES = (
    keeps_names_answered,
    keeps_what_carries_traffic,
    keeps_the_way_to_its_tasks,
    keeps_its_alarms,
    keeps_its_keys_enabled,
    matches_the_stage,
    starts_from_the_stage_before,
    takes_one_step,
    overwrites_no_record,
    changes_only_weights,
    knows_every_weight,
    never_weighs_all_zero,
    keeps_one_routing_policy,
    evaluates_target_health,
    leads_to_its_own_load_balancer,
    moves_one_service,
    moves_records_apart_from_capacity,
    keeps_ec2_capacity,
    keeps_fargate_at_peak,
    takes_work_from_ready_on,
    keeps_desired_count,
    keeps_the_size_of_its_tasks,
    leaves_the_existing_estate,
    has_no_drift,
    plans_everything,
    writes_no_secret_in_plain_text,
    pins_every_image,
    widens_no_iam_statement,
    runs_its_own_task_definition,
    runs_under_its_own_role,
)

RULES: Mapping[str, Rule] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): module.check for module in _MODULES
}
"""Every rule by its id, in the order in which findings are listed."""

REASONS: Mapping[str, str] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): (module.__doc__ or "").strip()
    for module in _MODULES
}
"""What each rule protects, and why."""
