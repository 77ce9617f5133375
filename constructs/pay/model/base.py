"""The base of every model: frozen, closed to unknown keys, and consistent from the start."""

import ast
import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from pay.model.problem import Problem

PROBLEM = "problem"
"""The type of a pydantic error that carries a Problem in its context."""


class Model(BaseModel):
    """A value object: cannot change once validated, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON Schema with the descriptions of the fields."""
        schema = handler(core_schema)
        for name, shape in handler.resolve_ref_schema(schema)["properties"].items():
            if text := description(cls, name):
                shape["description"] = text
        return schema

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


def description(model: type[Model], name: str) -> str | None:
    """Return the description of a field, by its name in the class or in the input."""
    descriptions = (
        field.description or _docstrings(model).get(attribute)
        for attribute, field in model.model_fields.items()
        if name in (attribute, field.alias)
    )
    return next(descriptions, None)


@cache
def _docstrings(model: type[Model]) -> Mapping[str, str]:
    """Return field -> the docstring below it.

    pydantic's `use_attribute_docstrings` looks for the source of every model at each start. That
    takes a third of the time of importing them.
    """
    (tree,) = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    own = {
        field.target.id: inspect.cleandoc(str(text.value.value))
        for field, text in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }
    inherited = (_docstrings(base) for base in model.__bases__ if issubclass(base, Model))
    return {name: text for each in (*inherited, own) for name, text in each.items()}
