"""The base of every model: frozen, closed to unknown keys, and consistent from the start."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from pay.model.problem import Problem

PROBLEM = "problem"
"""The type of a pydantic error that carries a Problem's words in its context."""


class Model(BaseModel):
    """A value object: cannot change once validated, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def problems(self) -> Iterable[Problem]:
        """What does not hold together; keys are relative to this value. Models override it."""
        return ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if found := [_as_error(problem) for problem in self.problems()]:
            # Its own errors, so that pydantic reports each under its key beside all others.
            raise ValidationError.from_exception_data(type(self).__name__, found)
        return self


def _as_error(problem: Problem) -> InitErrorDetails:
    words = {"found": problem.found, "allowed": problem.allowed, "fix": problem.fix}
    return InitErrorDetails(
        type=PydanticCustomError(PROBLEM, "{text}", {"text": str(problem), **words}),
        loc=tuple(problem.key.split(".")) if problem.key else (),
        input=None,
    )
