"""Systems Manager: the longest value of a parameter, which moto 5.2 does not limit."""

from typing import Any

from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend

from sandbox.aws.patching import Original, extends

LONGEST_VALUE = {"Standard": 4096, "Advanced": 8192}
"""Tier -> characters (AWS: Systems Manager user guide, "Managing parameter tiers")."""


@extends(SimpleSystemManagerBackend)
def put_parameter(
    self: SimpleSystemManagerBackend,
    put: Original,
    name: str,
    description: str,
    value: str,
    *more: Any,
    tier: str | None = None,
    **others: Any,
) -> Any:
    used = tier or self.default_parameter_tier
    limit = LONGEST_VALUE.get(used, max(LONGEST_VALUE.values()))
    if len(value) > limit:
        raise ValidationException(
            f"{used} tier parameters support a maximum parameter value of {limit} characters."
        )
    return put(self, name, description, value, *more, tier=tier, **others)
