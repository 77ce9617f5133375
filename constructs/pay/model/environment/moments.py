"""Dates with a time, as environment files have them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

MOMENT = "moment"
"""The key under which the reader of the files puts a date with a time, which JSON does not have."""


def _reader(*, has_zone: bool, allowed: str) -> Callable[[object], datetime]:
    def read(value: object) -> datetime:
        given = value.get(MOMENT) if isinstance(value, dict) else value
        try:
            moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
        except ValueError:
            raise ValueError(allowed) from None
        if (moment.tzinfo is not None) is not has_zone or moment.second or moment.microsecond:
            raise ValueError(allowed)
        return moment

    return read


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(
        _reader(has_zone=True, allowed="a minute with its zone, for example 2026-12-01T22:00:00Z")
    ),
]

LocalMoment = Annotated[
    datetime,
    BeforeValidator(
        _reader(
            has_zone=False,
            allowed="a local date and time to the minute, without quotes and zone: "
            "2026-12-24T17:00:00",
        )
    ),
    WithJsonSchema({"type": "string"}),
]
"""Its schema has no format: JSON Schema's `date-time` asks for a zone."""
