"""Compares container definitions field by field, for the reader of a release."""

from collections.abc import Iterator

from pay.containers.definitions import Container, pairs
from pay.containers.images import repository_of, short_image
from pay.containers.stored import as_stored
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_after, containers_by_name
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.values import same
from rollout.review.redact import SENSITIVE, UNSET, shown
from rollout.review.view_models import ContainerLines, ReviewLine

GIVEN = "given"
"""The text for a secret that a container gets."""

_KEY = "container_definitions"

_FIRST = ("image", "cpu", "memory", "memoryReservation")


def container_changes(change: ResourceChange) -> tuple[ContainerLines, ...]:
    """Return the containers that a changed task definition changes; none for another type, a new or
    a deleted task definition.
    """
    if change.type != TASK_DEFINITION or not (change.before and change.after):
        return ()
    if change.is_sensitive(_KEY):
        if same(change.before.get(_KEY), change.after.get(_KEY)):
            return ()
        return (ContainerLines("all", "changed", (ReviewLine(_KEY, SENSITIVE, SENSITIVE),)),)
    try:
        return tuple(_compared(change))
    except Unread as error:
        return (
            ContainerLines("all", "changed", (ReviewLine(_KEY, "", f"not comparable: {error}"),)),
        )


def new_containers(change: ResourceChange) -> tuple[ContainerLines, ...]:
    """Return all that a new task definition sets for its task and its containers. Return none for
    another type, or for a task definition that exists already.
    """
    if change.type != TASK_DEFINITION or change.verb is not Verb.CREATE:
        return ()
    task = tuple(
        ReviewLine(name, UNSET, shown(name, change.after.get(name)))
        for name in ("cpu", "memory", "network_mode", "requires_compatibilities")
        if change.after.get(name) and not change.is_sensitive(name)
    )
    return (ContainerLines(change.address, "task", task), *_new_containers(change))


def _new_containers(change: ResourceChange) -> Iterator[ContainerLines]:
    unread = SENSITIVE
    try:
        containers = () if change.is_sensitive(_KEY) else containers_after(change)
        lines = {each["name"]: tuple(_fields({"name": each["name"]}, each)) for each in containers}
    except Unread as error:
        unread, lines = f"not readable: {error}", {}
    for name, fields in lines.items():
        yield ContainerLines(name, "container", fields)
    if not lines:
        yield ContainerLines("all", "containers", (ReviewLine(_KEY, UNSET, unread),))


def images(change: ResourceChange) -> dict[str, tuple[str, str]]:
    """Return container -> image before and after, where it changes."""
    return {
        container.container: (line.before, line.after)
        for container in container_changes(change)
        for line in container.lines
        if line.what == "image" and container.how == "changed"
    }


def image_in_brief(before: str, after: str) -> str:
    """Return what changes of an image: its tag and digest in one repository, else all of it. Two
    registries never hold the same image.
    """
    short = image_line(ReviewLine("image", before, after))
    return " → ".join(short_image(text) for text in (short.before, short.after))


def image_line(line: ReviewLine) -> ReviewLine:
    """Return the line of an image, with its repository once where both have the same."""
    (old, was), (new, becomes) = _parts(line.before), _parts(line.after)
    return ReviewLine(f"image {old}", was, becomes) if old == new and was and becomes else line


def _parts(image: str) -> tuple[str, str]:
    """Return registry with repository, and `tag@digest` or the one that is there."""
    repository = repository_of(image) or image
    return repository, image[len(repository) + 1 :]


def _compared(change: ResourceChange) -> Iterator[ContainerLines]:
    before, after = containers_by_name(change)
    old_mode, new_mode = (str(v.get("network_mode")) for v in (change.before, change.after))
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield ContainerLines(name, "added", tuple(_fields({"name": name}, after[name])))
        elif name not in after:
            lines = tuple(_fields(before[name], {"name": name}))[:1]
            yield ContainerLines(name, "removed", lines)
        else:
            # As ECS stores them, so a default that it adds is not a change.
            old, new = as_stored(before[name], old_mode), as_stored(after[name], new_mode)
            if lines := tuple(_fields(old, new)):
                yield ContainerLines(name, "changed", lines)


def _fields(before: Container, after: Container) -> Iterator[ReviewLine]:
    keys = (before.keys() | after.keys()) - {*_FIRST, "environment", "secrets"}
    for key in (*_FIRST, *sorted(keys)):
        if not same(before.get(key), after.get(key)):
            yield ReviewLine(key, shown(key, before.get(key)), shown(key, after.get(key)))
    old, new = pairs(before, "environment"), pairs(after, "environment")
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            values = (shown(name, variables.get(name)) for variables in (old, new))
            yield ReviewLine(f"variable {name}", *values)
    # Of secrets the names, and the places where they change, but never the content.
    old, new = pairs(before, "secrets"), pairs(after, "secrets")
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            given = (GIVEN if name in secrets else UNSET for secrets in (old, new))
            yield ReviewLine(f"secret {name}", *given)
        elif old[name] != new[name]:
            yield ReviewLine(f"secret {name}", *_places(str(old[name]), str(new[name])))


def _places(before: str, after: str) -> tuple[str, str]:
    """Return where a secret comes from before and after, without what both places share."""
    old, new = _without_account(before), _without_account(after)
    return (old, new) if before[: -len(old)] == after[: -len(new)] else (before, after)


def _without_account(place: str) -> str:
    """Return `secret:test-12/connector-1:KEY::` of `arn:aws:secretsmanager:REGION:ACCOUNT:...`."""
    parts = place.split(":", 5)
    return parts[5] if place.startswith("arn:") and len(parts) == 6 and parts[5] else place
