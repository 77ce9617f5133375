"""Returns the exact commands that take a change back."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pay.containers.images import tag_of
from pay.model import Side, Stage
from pay.model.images import APPLICATION_IMAGE_TAG
from pay.model.stage.transitions import rollbacks
from rollout.guard.rule import Context
from rollout.moves.stack_changes import commands, deploy_command, stack_changes
from rollout.moves.way_back import NO_WAY_BACK
from rollout.plans.plan import PAST, Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import RecordState, names_in
from rollout.plans.values import dig
from rollout.review.containers import images
from rollout.review.headline import titles_in_one
from rollout.review.no_way_back import no_way_back
from rollout.review.stack_review import StackReview

_REVERT = "git revert COMMIT"


@dataclass(frozen=True)
class Rollback:
    """The way back of one stack."""

    what: str
    commands: tuple[str, ...]
    note: str = ""
    lost: tuple[str, ...] = ()
    """The losses that have no way back, as sentences."""


def in_one(rollbacks: Sequence[Rollback]) -> tuple[Rollback, ...]:
    """Return the ways back, with those that only need commands as one."""
    plain = [each for each in rollbacks if not each.note and not each.lost]
    others = [each for each in rollbacks if each.note or each.lost]
    if len(plain) < 2:
        return tuple(rollbacks)
    commands = dict.fromkeys(command for each in plain for command in each.commands)
    if _REVERT in commands:  # The code first, whichever stack needs it.
        commands = {_REVERT: None, **commands}
    return (*others, Rollback(titles_in_one([each.what for each in plain]), tuple(commands)))


def rollback_of(plan: StackPlan, review: StackReview, context: Context) -> Iterator[Rollback]:
    """Yield the ways back of a stack's plan; nothing when nothing changes."""
    if review.moves:
        yield _of_move(plan, review, context)
        yield from _emergency(plan)
    elif context.stage(plan) is Stage.DARK and set(review.counts) == {PAST[Verb.CREATE]}:
        # The rollback from `dark` takes back the creation of the Fargate side.
        yield _of_move(plan, review, context)
    elif not review.is_empty:
        yield _of_resources(plan, review, context)


def _of_move(plan: StackPlan, review: StackReview, context: Context) -> Rollback:
    environment, service = context.environment(plan), plan.stack.service or ""
    stage = context.stage(plan)
    ways = {edge.after: edge for edge in rollbacks(environment.ladder, stage)} if stage else {}
    if not ways:
        reason, what = _no_rollback(stage), f"{service}, {environment.name}"
        is_final = stage is Stage.RETIRED
        return Rollback(what, (), "" if is_final else reason, (reason,) if is_final else ())
    # Back to the stage of before, if that is a way; else to the one that gives EC2 the most.
    before = [s for move in review.moves[:1] for s in move.stages_before if s in ways]
    edge = ways[before[0]] if before else next(iter(ways.values()))
    others = ", ".join(way for way in ways if way is not edge.after)
    return Rollback(
        f"{service}, {environment.name}: back to {edge.after}",
        (
            f"pay rollback {environment.name} {service} --to {edge.after} --because TEXT",
            *commands(stack_changes(environment, service, edge)),
        ),
        note="No gate stands before it." + (f" Also open: {others}." if others else ""),
    )


def _of_resources(plan: StackPlan, review: StackReview, context: Context) -> Rollback:
    service = plan.stack.service
    before = {
        container: before
        for change in plan.plan.moving
        for container, (before, _) in images(change).items()
    }
    # The environment's file pins the images of sidecars, so the way back is in Git.
    pinned = before.keys() - {service}
    tags = {
        f"TF_VAR_{APPLICATION_IMAGE_TAG}": shlex.quote(tag_of(image))
        for container, image in before.items()
        if container == service
    }
    variables_set = [f"{name}={tag}" for name, tag in tags.items()]
    command = " ".join([*variables_set, deploy_command(plan.stack.id)])
    lost = no_way_back(plan.plan.moving)
    others = (review.changed, review.created, review.destroyed, review.security, lost, pinned)
    only_images = tags and not any(others)
    kind, stage = plan.stack.kind, context.stage(plan)
    if kind.side is Side.EC2 and stage is Stage.RETIRED and review.destroyed:
        return Rollback(review.title, (), lost=(_no_rollback(stage), *lost))
    return Rollback(review.title, (command,) if only_images else (_REVERT, command), lost=lost)


def _no_rollback(stage: Stage | None) -> str:
    reason = "its stage is not known" if stage is None else NO_WAY_BACK.get(stage, "it has none")
    return f"There is no rollback from {stage}: {reason}."


def _emergency(plan: StackPlan) -> Iterator[Rollback]:
    """Yield both records back in one change batch, by Route 53 alone, for when Terraform or the
    pipeline is down. Only for weights: what was created or deleted needs Terraform.
    """
    batches: dict[str, list[dict[str, Any]]] = {}
    for write in (write for name in names_in(plan.plan) for write in name.writes):
        change, before, after = write.change, write.before, write.after
        if change.verb is not Verb.UPDATE or change.is_sensitive() or not (before and after):
            return
        alias_zone = dig(change.before, "alias", 0, "zone_id")
        known = (*vars(before.key).values(), before.set_identifier, before.weight, before.alias)
        if None in (*known, alias_zone) or not (before.is_weighted and after.is_weighted):
            return
        batches.setdefault(str(before.key.zone_id), []).append(_upsert(before, alias_zone))
    if batches:
        yield Rollback(
            "When Terraform or the pipeline is down (both records in one batch). A plan "
            "afterwards must be empty once the file says the same",
            tuple(
                "aws route53 change-resource-record-sets "
                f"--hosted-zone-id {shlex.quote(zone)} "
                f"--change-batch {shlex.quote(json.dumps({'Changes': changes}))}"
                for zone, changes in batches.items()
            ),
        )


def _upsert(record: RecordState, alias_zone: str) -> dict[str, Any]:
    return {
        "Action": "UPSERT",
        "ResourceRecordSet": {
            "Name": record.key.name,
            "Type": record.key.type,
            "SetIdentifier": record.set_identifier,
            "Weight": record.weight,
            "AliasTarget": {
                "HostedZoneId": alias_zone,
                "DNSName": record.alias,
                "EvaluateTargetHealth": record.evaluates_target_health,
            },
        },
    }
