"""The container definitions in HCL, or in the blocks that checkov makes of a plan."""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from pay.containers.definitions import Container, read_containers, table
from pay.containers.keys import unknown_keys
from pay.unread import Unread
from policies.engine.rule import Judge, rule
from policies.reading.expressions import document_in
from policies.reading.stack import Block, NotKnown, SynthesisedStack, get

_TAG_VARIABLE = re.compile(
    r"(:|@|\$\{startswith\([^)]*\) \? \"@\" : \":\"\})\$\{var\.(?P<name>[a-z0-9_]+_image_tag)\}$"
)


def containers(task_definition: Block) -> tuple[Container, ...]:
    """Return the containers of `jsonencode([...])`, one list deeper, a list in a plan or JSON text.

    Raises Unread for anything else, and for a key that ECS does not know. Raises NotKnown where a
    plan does not know it yet.
    """
    definitions: Any = task_definition.conf.get("container_definitions")
    while (
        isinstance(definitions, list)
        and len(definitions) == 1
        and isinstance(definitions[0], list | str)
    ):
        definitions = definitions[0]
    if isinstance(definitions, str):
        definitions = document_in(definitions)
    if task_definition.stack.from_plan and not isinstance(definitions, list):
        raise NotKnown("container_definitions is not known before the apply")
    listed = read_containers(definitions)
    for container in listed:
        for key in unknown_keys(container):
            raise Unread(
                f"container {container['name']}: {key} is not a key of a container definition; "
                "allowed: those of the ECS API, in its spelling"
            )
    return listed


def container_rule(judge: Callable[[Container], Iterable[str]]) -> Judge:
    """Declare the decorated function as the rule of its file, over each container of a task."""

    @rule("aws_ecs_task_definition")
    @wraps(judge)
    def judge_task(task_definition: Block) -> list[str]:
        return [
            f"container {each['name']}: {mistake}"
            for each in containers(task_definition)
            for mistake in judge(each)
        ]

    return judge_task


def container_setting(path: str, complies: Callable[[Any], bool], absent: object = None) -> Judge:
    """Declare the rule of the file of `complies`, over one setting of each container.

    `path` is dotted, such as `linuxParameters.devices`; `absent` is the value of a missing setting.
    """
    *tables, key = path.split(".")

    @wraps(complies)
    def judge(container: Container) -> list[str]:
        setting = table(container, *tables).get(key)
        setting = absent if setting is None else setting
        return [] if complies(setting) else [f"{path} is {setting!r}"]

    return container_rule(judge)


def takes_tag(image: str) -> bool:
    """Return whether the tag comes from a `*_image_tag` variable: from its default, unless another
    is passed.
    """
    return _TAG_VARIABLE.search(image) is not None


def tag_default(image: str, stack: SynthesisedStack) -> str | None:
    """Return the default of the variable that an image takes its tag from; None if it has none."""
    variable = _TAG_VARIABLE.search(image)
    named = [
        conf
        for file in stack.files.values()
        for entry in file.get("variable", ())
        for name, conf in entry.items()
        if variable and name == variable["name"]
    ]
    default = get(named[0], "default") if named else None
    return None if default is None else str(default)
