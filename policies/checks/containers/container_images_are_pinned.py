"""Container images must be pinned to a digest or to a fixed tag, not `latest` or `main`.

The image that runs must be the image that was scanned and tested. A moving tag changes software in
the cardholder data environment without a change in Git.
"""

from collections.abc import Iterator

from pay.containers.images import is_digest, is_pinned
from policies.engine.containers import containers, tag_default, takes_tag
from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {container['name']}: {mistake}"
        for container in containers(task_definition)
        for mistake in _mistakes(container.get("image"), task_definition)
    ]


def _mistakes(image: object, task_definition: Block) -> Iterator[str]:
    if not takes_tag(str(image)):
        if not is_pinned(image):
            yield f"image is {image!r}"
    # Where nothing is passed, the default runs.
    elif default := tag_default(str(image), task_definition.stack):
        mark = "@" if is_digest(default) else ":"
        if not is_pinned(f"image{mark}{default}"):
            yield f"image has the default tag {default!r}"
