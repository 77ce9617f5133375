"""Nothing that carries traffic is replaced or destroyed, nor what its tasks need to start.

A side may be deleted when the stage allows it: EC2 at `retired`, Fargate at `legacy`. A dark side
may be rebuilt. The plan of the same service's records must show that no record leads there any
more. Clients hold a deleted record's answer for a while, so records change in an earlier apply than
capacity. What a one-off task needs is deleted with the task, once no service declares it.
"""

from pay.model import Side, Stage, addresses, names
from pay.model.scaling.side_scaling import scaling_of
from pay.model.stack_kind import Loss
from pay.model.stacks import traffic_stack
from rollout.guard.declared_tasks import is_undeclared
from rollout.guard.may_receive_traffic import UNREACHED
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import side_of
from rollout.guard.traffic_changes import SCHEDULE, takes_a_carrier
from rollout.plans.plan import PAST, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in

_RENAME = "for a renamed address write a `moved` block"

SawAndDo = tuple[str, str]


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        reason = takes_a_carrier(plan, change) and _why_it_must_stay(plan, context, change)
        if reason:
            saw, do = reason
            loss = f"{change.type} is {PAST[change.verb]}{change.because}"
            yield GuardFinding(change.address, f"{loss}; {saw}", do)


def _why_it_must_stay(plan: StackPlan, context: Context, change: ResourceChange) -> SawAndDo | None:
    kind = plan.stack.kind
    if _is_a_policy_given_up(plan, context, change):
        return None
    if kind.may_lose is Loss.WITH_ITS_SIDE and kind.side and plan.stack.service:
        return _side_must_stay(plan, context, kind.side, plan.stack.service)
    if kind.may_lose is Loss.WITH_ITS_TASK and (
        # `makes-its-scheduled-calls` keeps a schedule as long as its call.
        change.type == SCHEDULE or is_undeclared(change, context.environment(plan))
    ):
        return None
    if kind.may_lose is Loss.WHEN_UNUSED:
        return _platform_must_stay(plan, context, change)
    return (
        "this stack is not a side of a service that could be moved away first",
        f"keep the resource; {_RENAME}",
    )


def _is_a_policy_given_up(plan: StackPlan, context: Context, change: ResourceChange) -> bool:
    """Return whether it is scaling by requests, which the environment's file no longer asks for. No
    failover can need the peak there, because CPU still adds tasks.
    """
    side = context.side(plan)
    return (
        side is not None
        and change.address == str(addresses.REQUESTS_POLICY)
        and not side.holds_full_peak
        and "requests" not in {policy.name for policy in scaling_of(side).policies}
    )


def _side_must_stay(plan: StackPlan, context: Context, side: Side, service: str) -> SawAndDo | None:
    stage = context.stage(plan)
    if stage not in UNREACHED[side]:
        return (
            f"{service} is at {stage}, where its {side} side can receive traffic",
            f"keep it until {' or '.join(sorted(UNREACHED[side]))}; {_RENAME}. For a new value "
            "that AWS cannot change in place, make a second resource beside it",
        )
    stack = traffic_stack(plan.stack.environment, service)
    traffic = context.traffic_plan(plan)
    if traffic is None:
        return (
            "the plans do not show whether a record leads there",
            f"give the plan of {stack} too",
        )
    records = [record for name in names_in(traffic.plan) for record in (*name.before, *name.after)]
    if any(side_of(record, traffic.stack) in (side, None) for record in records):
        return (
            f"a record of {stack} leads to the {side} side, or to an unknown target",
            f"apply {stack} first, wait until clients have followed, then plan this again",
        )
    if not records:
        return (
            f"{stack} has no record at all",
            f"apply {stack} first, so that the other side answers, then plan this again",
        )
    return None


def _platform_must_stay(
    plan: StackPlan, context: Context, change: ResourceChange
) -> SawAndDo | None:
    if change.type in ("aws_kms_key", "aws_kms_alias", "aws_cloudwatch_log_group"):
        saw = "logs written with it must stay readable (PCI DSS v4.0.1, 10.5.1)"
        return saw, f"keep it; {_RENAME}"
    if change.type in ("aws_sns_topic", "aws_sns_topic_policy"):
        return "the alarms of every service are sent through it", f"keep it; {_RENAME}"
    environment = context.environment(plan)
    is_fargate = change.before.get("name") == names.cluster(environment.name, Side.FARGATE)
    side, unused = (Side.FARGATE, Stage.LEGACY) if is_fargate else (Side.EC2, Stage.RETIRED)
    using = [name for name, s in environment.services.items() if s.stage is not unused]
    if not using:
        return None
    return (
        f"{', '.join(using[:3])}{' and others' if len(using) > 3 else ''} still need {side}",
        f"keep it until every service is at {unused}",
    )
