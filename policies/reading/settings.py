"""Judges settings that must have one value, whatever the rest of their block is."""

from collections.abc import Mapping

from policies.reading.stack import Block


def differences(block: Block, required: Mapping[str, object]) -> list[str]:
    """Return every setting whose value is not the required one, of the same type.

    `required` maps a dotted path such as `metadata_options.http_tokens` to a value.
    """
    return [
        f"{path} is {setting!r}, not {value!r}"
        for path, value in required.items()
        if not _is_equal(setting := block.get(*path.split(".")), value)
    ]


def _is_equal(setting: object, value: object) -> bool:
    """Return whether two values are equal and of one type: 1 is not True.

    checkov reads the texts of a plan as a type of its own, derived from `str`.
    """
    is_of_type = isinstance(setting, type(value)) and not (
        isinstance(setting, bool) and not isinstance(value, bool)
    )
    return is_of_type and setting == value


def no_customer_key(block: Block, path: str) -> list[str]:
    """Return the mistake of a setting that is absent or names a key that AWS manages."""
    key = block.get(*path.split("."))
    return [] if key and "alias/aws/" not in str(key) else [f"{path} is {key!r}"]
