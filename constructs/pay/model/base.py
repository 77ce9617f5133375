"""The base of every model: frozen, closed to unknown keys, and consistent from the start."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from pay.model.problem import Problem

PROBLEM = "problem"
"""The type of a pydantic error that carries a Problem in its context."""


class Model(BaseModel):
    """A value object: cannot change once validated, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def problems(self) -> Iterable[Problem]:
        """Return what does not hold together, with keys relative to this value; for overriding."""
        return ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        errors: list[InitErrorDetails] = [
            {"type": as_error(each), "loc": tuple(filter(None, each.key.split("."))), "input": None}
            for each in self.problems()
        ]
        if errors:
            # Its own errors, so that pydantic reports each under its key beside all others.
            raise ValidationError.from_exception_data(type(self).__name__, errors)
        return self


def as_error(problem: Problem) -> PydanticCustomError:
    """Return the problem as an error that a validator raises."""
    return PydanticCustomError(PROBLEM, "{problem}", {"problem": problem})
