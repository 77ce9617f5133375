"""Hatch's hook for wheels: this project is installed from its checkout, as an editable one.

`pay` starts programs that a wheel cannot hold. They are the PCI gate in its own Python environment,
cdktf in its Node, the generated bindings, the environment files.
"""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REFUSAL = (
    "pay-infra runs from a checkout, and there is no wheel of it: clone it and run `make setup`"
)


class RefuseWheels(BuildHookInterface[Any]):
    """Refuses any wheel but the editable one, which only points to the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Exit with status 1 unless `version` is `editable`."""
        if version != "editable":
            sys.exit(REFUSAL)
