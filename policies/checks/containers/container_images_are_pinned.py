"""Container images must be pinned to a digest or to a fixed tag, not `latest` or `main`.

The image that runs must be the image that was scanned and tested. A moving tag changes software in
the cardholder data environment without a change in Git.
"""

from pay.containers.images import is_pinned
from policies.engine.containers import container_setting, takes_tag

judge = container_setting("image", lambda image: takes_tag(str(image)) or is_pinned(image))
