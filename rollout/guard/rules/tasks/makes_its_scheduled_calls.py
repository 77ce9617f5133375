"""A schedule makes the call that the catalogue declares, and nothing else. The call comes at its
time, with its command in the task of scheduled calls. It runs in the network of the service that it
calls. A schedule is deleted only with its call. A call that fails in silence is a payment that
never expires. So each is tried again, and a call that was not made stays in the queue that an alarm
watches. A schedule of other code, or in another network, would run every day, unseen.
"""

import re
from collections.abc import Iterator

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.json_text import parsed
from pay.model import Environment, Side, names
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.stack_kind import Declaration
from pay.model.tasks import RETRIES, overrides_of, schedule_state, scheduled
from pay.unread import Unread
from rollout.guard.rule import Context, Findings
from rollout.guard.schedules import (
    DEAD_LETTERS,
    INPUT,
    TARGET,
    against,
    differences,
    keeps_what_failed,
    shown,
    words,
)
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.references import refers_to_own
from rollout.plans.values import Path, dig

DO = "write it in constructs/pay/catalogue/scheduled_calls.py, which the stack renders"

_ECS: Path = (*TARGET, "ecs_parameters", 0)
_REVISION: Path = (*_ECS, "task_definition_arn")


def check(plan: StackPlan, context: Context) -> Findings:
    if plan.stack.kind.declared_by is Declaration.SLEEP:
        return  # `sleeps-and-wakes-as-its-file-says` judges those.
    environment = context.environment(plan)
    calls = {
        names.schedule(environment.name, call.name): call
        for call in scheduled(environment, CATALOGUE)
    }
    yield from against(
        plan.plan,
        calls,
        lambda change, call: _differences(plan.plan, change, call, environment),
        source="the catalogue",
        keep="keep it until the call leaves the catalogue",
        do=DO,
    )


def _differences(
    plan: Plan, change: ResourceChange, call: ScheduledCall, environment: Environment
) -> Iterator[str]:
    cluster = names.cluster(environment.name, Side.FARGATE)
    wanted: dict[Path, object] = {
        ("schedule_expression",): call.cron,
        ("schedule_expression_timezone",): call.zone,
        ("state",): schedule_state(environment),
        ("group_name",): names.schedule_group(environment.name),
        ("flexible_time_window", 0, "mode"): "OFF",
        (*TARGET, "arn"): environment.arn("ecs", f"cluster/{cluster}"),
        (*TARGET, "retry_policy", 0, "maximum_event_age_in_seconds"): call.deadline_seconds,
        (*TARGET, "retry_policy", 0, "maximum_retry_attempts"): RETRIES,
        (*_ECS, "launch_type"): "FARGATE",
        (*_ECS, "task_count"): 1,
        (*_ECS, "network_configuration", 0, "assign_public_ip"): False,
    }
    yield from differences(change, wanted)
    if text := _other_command(change, call, environment):
        yield text
    yield from _other_network(plan, change, call, environment)
    if not _is_own_revision(plan, change, environment):
        yield (
            f"{shown(_REVISION)} is {words(change, _REVISION)}, not one revision of "
            f"{_family(environment)} in {environment.name}"
        )
    queue = names.dead_letters(environment.name)
    if not keeps_what_failed(plan, change, environment, queue):
        yield (
            f"{shown(DEAD_LETTERS)} is {words(change, DEAD_LETTERS)}: a call that is not made "
            f"must stay in {queue}"
        )


def _other_command(
    change: ResourceChange, call: ScheduledCall, environment: Environment
) -> str | None:
    """Return in words what the task would do instead of the call; None if it makes the call."""
    wanted = overrides_of(call, environment, CATALOGUE[call.service], SCHEDULED_HTTP.name)
    try:
        if not change.is_unknown(*INPUT) and parsed(dig(change.after, *INPUT)) == wanted:
            return None
    except Unread:
        pass
    return f"{shown(INPUT)} is {words(change, INPUT)}, not the command of {call.name}"


def _other_network(
    plan: Plan, change: ResourceChange, call: ScheduledCall, environment: Environment
) -> Iterator[str]:
    """Yield subnets and security groups that are not those which the plan finds by the names of the
    called service's.
    """
    service = CATALOGUE[call.service]
    subnets = [names.subnet(environment.name, call.service, z) for z in environment.network.zones]
    groups = names.task_security_groups(environment.name, call.service, service.scope.segment)
    for attribute, type, key, wanted in (
        ("subnets", "aws_subnets", "tag:Name", subnets),
        ("security_groups", "aws_security_groups", "group-name", groups),
    ):
        path: Path = (*_ECS, "network_configuration", 0, attribute)
        own = _looked_up(plan, type, key, frozenset(wanted))
        if change.is_unknown(*path) or not own or set(dig(change.after, *path) or ()) != own:
            yield f"{shown(path)} is {words(change, path)}, not what has the names " + ", ".join(
                wanted
            )


def _looked_up(plan: Plan, type: str, key: str, wanted: frozenset[str]) -> set[str]:
    """Return the ids that a lookup of the plan found by exactly these names."""
    return {
        str(id)
        for resource in plan.prior_state.values.root_module.every_resource()
        if resource.mode == "data" and resource.type == type
        if any(
            each.get("name") == key and frozenset(each.get("values") or ()) == wanted
            for each in resource.values.get("filter") or ()
        )
        for id in resource.values.get("ids") or ()
    }


def _family(environment: Environment) -> str:
    return names.one_off_task_family(environment.name, SCHEDULED_HTTP.name)


def _is_own_revision(plan: Plan, change: ResourceChange, environment: Environment) -> bool:
    """Return whether it names one revision: without its number AWS starts the newest, even one that
    no plan has shown.
    """
    family = _family(environment)
    if change.is_unknown(*_REVISION):
        return refers_to_own(plan, change, _REVISION, TASK_DEFINITION, "family", (family,))
    arn = environment.arn("ecs", f"task-definition/{family}")
    return re.fullmatch(rf"{re.escape(arn)}:[0-9]+", str(dig(change.after, *_REVISION))) is not None
