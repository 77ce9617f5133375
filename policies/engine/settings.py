"""Judges settings that must have one value, whatever the rest of their block is."""

from collections.abc import Mapping

from policies.engine.stack import Block


def differences(block: Block, required: Mapping[str, object]) -> list[str]:
    """Return every setting whose value is not the required one, of the same type.

    `required` maps a dotted path such as `metadata_options.http_tokens` to a value.
    """
    return [
        f"{path} is {setting!r}, not {value!r}"
        for path, value in required.items()
        if type(setting := block.get(*path.split("."))) is not type(value) or setting != value
    ]


def no_customer_key(block: Block, path: str) -> list[str]:
    """Return the mistake of a setting that is absent or names a key that AWS manages."""
    key = block.get(*path.split("."))
    return [] if key and "alias/aws/" not in str(key) else [f"{path} is {key!r}"]
