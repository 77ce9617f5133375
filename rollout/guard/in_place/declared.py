"""The directions that the environment's file or the catalogue decides."""

from collections.abc import Callable, Iterator

from pay.model import Environment, Kept, names
from pay.model.monitoring.stages import composites_alone_notify, has_composites
from pay.model.scaling.side_scaling import scaling_of
from pay.model.side import ServiceSide
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.directions import SafeDirection
from rollout.guard.numbers import number
from rollout.guard.traffic_changes import ALARM
from rollout.plans.values import dig, same


def side_now(change: InPlace) -> ServiceSide | None:
    """Return the side by the files of the change; None if the stack is not one."""
    return change.context.side(change.plan)


def side_before(change: InPlace) -> ServiceSide | None:
    """Return the side by the files of before the change; None if they are not given."""
    return change.context.side_before(change.plan)


def _issued_for_its_zone(change: InPlace) -> bool:
    """Return whether the new certificate is the one that this plan looked up for the zone of the
    service's name. The name must have been in that zone before.
    """
    now, before = side_now(change), side_before(change)
    is_taken_over = change.resource.change.importing is not None
    if now is None or is_taken_over or (before and before.zone != now.zone):
        return False
    domain = names.certificate_domain(now.zone)
    return change.after in {c.get("arn") for c in _certificates(change) if c["domain"] == domain}


def _certificates(change: InPlace) -> Iterator[dict[str, object]]:
    for resource in change.plan.plan.prior_state.values.root_module.every_resource():
        if (resource.mode, resource.type) == ("data", "aws_acm_certificate"):
            yield {"domain": None, **resource.values}


def _protected_while_wanted(change: InPlace) -> bool:
    """Return whether the balancer is protected, or no file wants it at this stage. The files of
    before the change count, too.
    """
    stage = change.context.stage(change.plan)
    sides = [side for side in (side_now(change), side_before(change)) if side]
    is_wanted = not sides or any(s.environment.protects(s.side, stage) for s in sides if stage)
    return change.after is True or not is_wanted


def _below_the_targets_keep_alive(change: InPlace) -> bool:
    now, old, new = side_now(change), number(change.before), number(change.after)
    if now is None or old is None or new is None:
        return False
    return old <= new < now.service.timing.target_keep_alive_seconds


CERTIFICATE_OF_ITS_ZONE = SafeDirection(
    "a newer certificate that the plan finds for the same zone", _issued_for_its_zone
)
PROTECTED_WHILE_WANTED = SafeDirection(
    "to protect it; or to lift that at a stage that does not want it", _protected_while_wanted
)
BELOW_THE_TARGETS_KEEP_ALIVE = SafeDirection(
    "a longer time that ends before the target closes its connection",
    _below_the_targets_keep_alive,
)


def _is_left_to_composites(change: InPlace) -> bool:
    """Return whether composite alarms notify instead. The files of before wanted these at the stage
    of before, so that an earlier apply created them.
    """
    now, before = side_now(change), side_before(change)
    return (
        change.resource.type == ALARM
        and now is not None
        and before is not None
        and composites_alone_notify(now.environment, now.deployment.stage)
        and has_composites(before.environment, before.deployment.stage)
    )


LEFT_TO_COMPOSITES = SafeDirection(
    "to leave notifying to composite alarms that stand already", _is_left_to_composites
)


def _is_target_of_the_file(change: InPlace) -> bool:
    """Return whether it is the file's, at a stage at which Fargate may follow demand."""
    side = side_now(change)
    if side is None or side.holds_full_peak:
        return False
    wanted = {policy.metric: policy.target for policy in scaling_of(side).policies}
    configuration = "target_tracking_scaling_policy_configuration"
    metric = dig(
        change.resource.after,
        configuration,
        0,
        "predefined_metric_specification",
        0,
        "predefined_metric_type",
    )
    return number(change.after) == wanted.get(metric)


TARGET_OF_THE_FILE = SafeDirection(
    "the target of the environment's file, while no failover needs the peak",
    _is_target_of_the_file,
)


def as_kept(word: Kept, *, kept: object, otherwise: object) -> SafeDirection:
    """Return the direction that a changed word in `keeps` of the environment's file declares."""

    def check(change: InPlace) -> bool:
        now, before = side_now(change), side_before(change)
        if now is None or before is None or now.keeps(word) == before.keeps(word):
            return False
        return bool(change.after == (kept if now.keeps(word) else otherwise))

    return SafeDirection(f"what the same change writes into `keeps` ({word})", check)


def as_the_file_says(key: str, value: Callable[[Environment], object]) -> SafeDirection:
    """Return the direction towards the value of a key of the environment's file."""
    return SafeDirection(
        f"what {key} says",
        lambda change: same(change.after, value(change.context.environment(change.plan))),
    )
