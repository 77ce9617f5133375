"""Container images must be pinned to a digest or to a fixed tag, not `latest` or `main`.

The image that runs must be the image that was scanned and tested. A moving tag changes software in
the cardholder data environment without a change in Git.
"""

import re

from pay.containers.images import is_pinned
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block

_TAG_VARIABLE = re.compile(
    r"(:|@|\$\{startswith\([^)]*\) \? \"@\" : \":\"\})\$\{var\.[a-z_]+_image_tag\}$"
)


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: image is {each.get('image')!r}"
        for each in containers(task_definition)
        if not (takes_tag(str(each.get("image"))) or is_pinned(each.get("image")))
    ]


def takes_tag(image: str) -> bool:
    """Whether the tag comes from a `*_image_tag` variable, which the pipeline must give."""
    return _TAG_VARIABLE.search(image) is not None
