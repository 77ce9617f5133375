"""Each EC2 instance that starts takes tasks like those before it. It joins the cluster of its
environment, as the segment of its template, with the agent's settings. Its image has the same
family and architecture, and is no older. A wrong script or image hurts nothing at the apply. It
hurts when instances are renewed, or one of them fails. The new one takes no task, or its containers
reach the rights of the instance.

A script is compared line by line, because only the settings of the agent are known here. An image
is named by AWS's public parameter. The id of an image says neither its family nor its age. What an
import rewrites is compared with what runs, as any other change is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from pay.json_text import parsed
from pay.model import Architecture, Environment, Segment, Side, names
from pay.unread import Unread
from rollout.guard.may_receive_traffic import needs_ec2
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.user_data import Script
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan

DO = (
    "keep what starts the instances. Where the new one is right, prove it in a test environment "
    "(`pay renew`). Then allow this rule with that as the reason"
)

_PARAMETER = re.compile(
    r"resolve:ssm:/aws/service/ecs/optimized-ami/(?P<family>[a-z0-9.-]+(?:/[a-z0-9.-]+)*?)"
    r"/(?P<version>recommended|[\w.-]*(?P<date>20\d{6})[\w.-]*)/image_id"
)
"""AWS: ECS developer guide, "Retrieving Amazon ECS-optimized Linux AMI metadata"."""


def check(plan: StackPlan, context: Context) -> Findings:
    environment = context.environment(plan)
    if not needs_ec2(plan, context):
        return
    for change in plan.plan.written("aws_launch_template"):
        for text in (*_script(change, environment), *_image(change, environment)):
            yield GuardFinding(change.address, f"instances that start {text}", DO)


def _script(change: ResourceChange, environment: Environment) -> Iterator[str]:
    if change.is_unknown("user_data"):
        yield "run a script that is known only after apply"
        return
    old, new = change.before.get("user_data"), change.after.get("user_data")
    exists = bool(change.before)
    if exists and old == new:
        return
    try:
        script = Script.read(new)
        before = Script.read(old) if exists else None
    except Unread as error:
        yield f"run a script that cannot be read: {error}"
        return
    cluster = names.cluster(environment.name, Side.EC2)
    if (joined := script.settings.get("ECS_CLUSTER")) != cluster:
        yield f"join cluster {joined or 'default'}, not {cluster}"
    if (segment := _segment(script)) not in (segments := _segments(change, environment)):
        yield f"have the attribute segment = {segment}, not {' or '.join(segments)}"
    if before is None:
        if script.others:
            yield f"run what is not read here: {', '.join(script.others)}"
        return
    yield from _changed_settings(before, script)
    yield from _changed_steps(before, script)


def _segment(script: Script) -> object:
    """Return the attribute by which tasks find the instances of their segment."""
    attributes = parsed(script.settings.get("ECS_INSTANCE_ATTRIBUTES"))
    return attributes.get("segment") if isinstance(attributes, dict) else None


def _segments(change: ResourceChange, environment: Environment) -> list[Segment]:
    """Return the segment of the template by its name; every one for another name."""
    name = change.after.get("name")
    own = [s for s in Segment if names.capacity_provider(environment.name, s) == name]
    return own or list(Segment)


def _changed_steps(before: Script, after: Script) -> Iterator[str]:
    lost = [line for line in before.others if line not in after.others]
    new = [line for line in after.others if line not in before.others]
    if lost:
        yield f"no longer run {', '.join(lost)}"
    if new:
        yield f"run {', '.join(new)}"
    if not lost and not new and before.others and before.steps != after.steps:
        yield f"run the same in another order: {', '.join(after.steps)}"


def _changed_settings(before: Script, after: Script) -> Iterator[str]:
    judged = ("ECS_CLUSTER", "ECS_INSTANCE_ATTRIBUTES")
    for name in sorted((before.settings.keys() | after.settings.keys()) - {*judged}):
        old, new = before.settings.get(name), after.settings.get(name)
        if old != new and not _SAFE.get(name, _never)(old, new):
            yield f"have {name} = {new or 'not set'}, not {old or 'not set'}"


def _never(old: str | None, new: str | None) -> bool:
    return False


def _turned_on(old: str | None, new: str | None) -> bool:
    return new == "true"


def _longer(old: str | None, new: str | None) -> bool:
    return new is not None and _duration(old or "30s") <= _duration(new)


def _duration(text: str) -> timedelta:
    """Return the time that a text as `1m30s` says; none for any other text."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text, re.ASCII)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


_SAFE: Mapping[str, Callable[[str | None, str | None], bool]] = {
    "ECS_AWSVPC_BLOCK_IMDS": _turned_on,
    "ECS_CONTAINER_STOP_TIMEOUT": _longer,
    "ECS_ENABLE_CONTAINER_METADATA": _turned_on,
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING": _turned_on,
    "ECS_ENABLE_TASK_IAM_ROLE": _turned_on,
}
"""Setting -> whether a change of it is safe; the agent's default of the time is 30 seconds."""


@dataclass(frozen=True)
class _MachineImage:
    """An image by AWS's parameter."""

    family: str
    architecture: Architecture
    date: str
    """The day that it was built on, as YYYYMMDD; `recommended` is later than every day."""

    @classmethod
    def read(cls, image: object) -> Self | None:
        match = _PARAMETER.fullmatch(str(image))
        if match is None:
            return None
        parts = match["family"].split("/")
        is_arm = "arm64" in parts
        family = "/".join(part for part in parts if part != "arm64")
        architecture = Architecture.ARM64 if is_arm else Architecture.X86_64
        return cls(family, architecture, match["date"] or match["version"])


def _image(change: ResourceChange, environment: Environment) -> Iterator[str]:
    if change.is_unknown("image_id"):
        yield "have an image that is known only after apply"
        return
    old, new = change.before.get("image_id"), change.after.get("image_id")
    exists = bool(change.before)
    if exists and old == new:
        return
    image = _MachineImage.read(new)
    before = _MachineImage.read(old) if exists else image
    if image is None or before is None:
        shown = f"{new or 'no image'}" + (f", not {old}" if old else "")
        yield f"have {shown}: its family, its architecture and its age cannot be compared"
        return
    if image.architecture is not environment.architecture:
        yield f"have an image for {image.architecture}, not {environment.architecture}: {new}"
    if image.family != before.family:
        yield f"have an image of {image.family}, not {before.family}"
    elif image.date < before.date:
        yield f"have an image that is older, and is not renewed: {image.date}, not {before.date}"
