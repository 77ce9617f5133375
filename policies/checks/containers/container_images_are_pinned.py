"""Container images must be pinned to a digest or to a fixed tag, not `latest` or `main`.

The image that runs must be the image that was scanned and tested. A moving tag changes software in
the cardholder data environment without a change in Git.
"""

import re

from pay.containers.images import is_pinned
from policies.engine.containers import container_setting

_TAG_VARIABLE = re.compile(
    r"(:|@|\$\{startswith\([^)]*\) \? \"@\" : \":\"\})\$\{var\.[a-z_]+_image_tag\}$"
)


def takes_tag(image: str) -> bool:
    """Return whether the tag comes from a `*_image_tag` variable, which the pipeline must give."""
    return _TAG_VARIABLE.search(image) is not None


judge = container_setting("image", lambda image: takes_tag(str(image)) or is_pinned(image))
