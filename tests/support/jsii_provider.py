"""jsii's own way to Node, for tests of what stands between."""

from contextlib import suppress
from typing import Any

import jsii


def way_to_node() -> Any:
    """Return jsii's kernel provider, whatever another test put before it; Node owes no answer."""
    provider: Any = jsii.kernel.provider
    while below := vars(provider).get("_node"):
        if "_unread" in vars(provider):
            # What an app of another test did wrong is that test's.
            with suppress(RuntimeError):
                provider._settle()
        provider = below
    return provider
