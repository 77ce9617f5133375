"""How to take a change back: the exact commands."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pay.model import Stage
from pay.model.stage.transitions import Edge, rollbacks
from rollout.guard.context import Context
from rollout.moves.stack_changes import commands, stack_changes
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import RecordState, names_in
from rollout.plans.releases import image_tag_variables, tag_of
from rollout.plans.values import dig, is_sensitive
from rollout.review.containers import images
from rollout.review.stack_review import StackReview
from rollout.review.traffic_changes import Move


@dataclass(frozen=True)
class Rollback:
    """The way back of one stack."""

    what: str
    commands: tuple[str, ...]
    note: str = ""


def rollback_of(plan: StackPlan, review: StackReview, context: Context) -> Iterator[Rollback]:
    """The ways back of a stack's plan; none when nothing changes."""
    if review.is_empty:
        return
    if review.moves:
        move = review.moves[0]
        yield _of_move(move, context)
        if emergency := _emergency(plan):
            yield emergency
        return
    if edge := _side_edge(plan, review, context):
        yield _of_edge(edge, plan.stack.environment, plan.stack.service or "", context)
        return
    variables = _old_image_tags(plan)
    settings = " ".join(f"{name}={shlex.quote(tag)}" for name, tag in variables.items())
    deploy = f"cdktf deploy --ignore-missing-stack-dependencies {plan.stack.id}"
    only_images = variables and not review.changed and not review.created
    yield Rollback(
        f"{review.title}",
        (
            *(() if only_images else ("git revert COMMIT",)),
            f"{settings} {deploy}" if settings else deploy,
        ),
        note=_lost(review),
    )


def _of_move(move: Move, context: Context) -> Rollback:
    environment, stage = context.environments[move.environment], move.stage
    what = f"{move.service}, {move.environment}"
    ways = {edge.after: edge for edge in rollbacks(environment.ladder, stage)} if stage else {}
    if stage is None or not ways:
        reason = "the point of no return" if stage is Stage.RETIRED else "EC2 has all traffic"
        return Rollback(what, (), note=f"There is no rollback from {stage}: {reason}.")
    return _of_edge(_edge(ways, move), move.environment, move.service, context)


def _of_edge(edge: Edge, environment: str, service: str, context: Context) -> Rollback:
    target = context.environments[environment]
    others = [e.after for e in rollbacks(target.ladder, edge.before) if e.after is not edge.after]
    also = f" Also open: {', '.join(others)}." if others else ""
    return Rollback(
        f"{service}, {environment}: back to {edge.after}",
        (
            f"pay rollback {environment} {service} --to {edge.after} --because TEXT",
            *commands(stack_changes(target, service, edge)),
        ),
        note=f"No gate stands before it.{also}",
    )


def _side_edge(plan: StackPlan, review: StackReview, context: Context) -> Edge | None:
    """The edge that takes back the creation of the Fargate side: the way from `dark`."""
    if context.stage(plan) is not Stage.DARK or set(review.counts) != {Verb.CREATE}:
        return None
    ladder = context.environment(plan).ladder
    return next(iter(rollbacks(ladder, Stage.DARK)), None)


def _edge(ways: dict[Stage, Edge], move: Move) -> Edge:
    """Back to where the service came from, if that is a way; else to what gives EC2 the most."""
    came_from = next((stage for stage in move.stages_before if stage in ways), None)
    return ways[came_from] if came_from else next(iter(ways.values()))


def _emergency(plan: StackPlan) -> Rollback | None:
    """Both records back in one change batch, by Route 53 alone, for when Terraform or the pipeline
    is down. Only for weights: what was created or deleted needs Terraform.
    """
    batches: dict[str, list[dict[str, Any]]] = {}
    for name in names_in(plan.plan):
        for write in name.writes:
            before, after = write.before, write.after
            if write.change.verb is not Verb.UPDATE or before is None or after is None:
                return None
            if is_sensitive(write.change.change):
                return None
            alias_zone = dig(write.change.change.before, "alias", 0, "zone_id")
            known = (*vars(before.key).values(), before.set_identifier, before.weight, before.alias)
            if None in (*known, alias_zone) or not (before.is_weighted and after.is_weighted):
                return None
            batches.setdefault(str(before.key.zone_id), []).append(_upsert(before, alias_zone))
    if not batches:
        return None
    return Rollback(
        "When Terraform or the pipeline is down (both records in one batch; plan afterwards: it "
        "must be empty once the file says the same)",
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


def _old_image_tags(plan: StackPlan) -> dict[str, str]:
    """TF_VAR_... -> the tag that runs now, for every image that the plan changes."""
    variables = image_tag_variables(plan.stack.service or "")
    found = {}
    for change in plan.plan.moving:
        for container, (before, _) in images(change).items():
            if container in variables:
                found[f"TF_VAR_{variables[container]}"] = tag_of(before)
    return found


def _lost(review: StackReview) -> str:
    if review.destroyed:
        return "What is destroyed does not come back as it was: it would be made anew."
    return ""
