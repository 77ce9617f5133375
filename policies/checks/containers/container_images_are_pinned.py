"""Container images must be pinned to a digest or to a fixed tag, not `latest` or `main`.

The image that runs must be the image that was scanned and tested. A moving tag changes software in
the cardholder data environment without a change in Git.
"""

import re

from pay.containers.images import MOVING_TAGS
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_TAG_VARIABLE = re.compile(
    r"(:|@|\$\{startswith\([^)]*\) \? \"@\" : \":\"\})\$\{var\.[a-z_]+_image_tag\}$"
)
_TAG = re.compile(r"(?<!/):(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*)$")


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: image is {each.get('image')!r}"
        for each in containers(task_definition)
        if not is_pinned(str(each.get("image") or ""))
    ]


def is_pinned(image: str) -> bool:
    """Return whether an image has a digest, a fixed tag, or a tag that the pipeline must supply in
    a `*_image_tag` variable.
    """
    if _DIGEST.search(image) or _TAG_VARIABLE.search(image):
        return True
    tag = _TAG.search(image)
    return "@" not in image and tag is not None and tag["tag"].lower() not in MOVING_TAGS
