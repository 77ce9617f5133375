"""Turns pydantic's errors into Problems, in the words of the input."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pay.model import base
from pay.model.base import Model
from pay.model.problem import Problem, did_you_mean
from pay.model.text_types import says
from pay.secrets.values import why_secret
from pay.shown_text import quoted

_TYPES = {
    "bool_type": "true or false",
    "float_parsing": "a number",
    "float_type": "a number, without quotes",
    "int_type": "a whole number, without quotes",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text in quotes",
    "tuple_type": "a list in brackets",
    "model_type": "a table",
    "dict_type": "a table",
}
"""pydantic's names of a wrong type -> the right one, of TOML or of the command line."""

_TIME = "a time in UTC, for example 2026-11-02T09:00:00Z"


def to_problems(error: ValidationError) -> list[Problem]:
    """Return every mistake in the input of a Model, without file and line."""
    model = next((m for m in _all(Model) if m.__name__ == error.title), Model)
    mistakes = error.errors(include_url=False)
    return [_problem(details, model) for details in mistakes if not _follows(details, mistakes)]


def _follows(error: ErrorDetails, others: list[ErrorDetails]) -> bool:
    """Return whether a list is only too short because pydantic does not count its wrong items."""
    path = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(path) and other["loc"][: len(path)] == path for other in others
    )


def _all(model: type[Model]) -> Iterator[type[Model]]:
    yield model
    for child in model.__subclasses__():
        yield from _all(child)


def _problem(error: ErrorDetails, model: type[Model]) -> Problem:
    path = [str(part) for part in error["loc"] if part != "[key]"]
    key, context = ".".join(path), error.get("ctx", {})
    match error["type"]:
        case base.PROBLEM:
            problem: Problem = context["problem"]
            return replace(problem, key=key)
        case "extra_forbidden":
            known = _fields(model, path[:-1])
            return Problem(
                key=key,
                found="an unknown key",
                allowed=", ".join(known) or "no keys here",
                fix=did_you_mean(path[-1], known, "remove it"),
            )
        case "missing":
            return Problem(key=key, found="nothing", allowed=_meaning(model, path), fix="add it")
        case "enum" | "literal_error":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return Problem(
                key=key,
                found=_shown(path, error["input"]),
                allowed=allowed,
                fix=did_you_mean(str(error["input"]), allowed.split(", ")),
            )
        case "json_invalid":
            text = error["input"]
            shown = quoted(text.decode(errors="replace") if isinstance(text, bytes) else text)
            return Problem(key=key, found=f"text that is not JSON, {shown}", allowed="JSON")
        case "string_pattern_mismatch":
            allowed = says(context["pattern"])
        case "string_too_long":
            allowed = f"at most {context['max_length']} characters"
        case "string_too_short":
            allowed = f"at least {context['min_length']} characters"
        case "too_long":
            allowed = f"at most {context['max_length']} of them"
        case "too_short":
            allowed = f"at least {context['min_length']} of them"
        case kind if kind.startswith(("datetime_", "timezone_")):
            allowed = _TIME
        case "value_error":
            allowed = str(context["error"])
        case kind if kind in _TYPES:
            allowed = _TYPES[kind]
        case _:
            message = error["msg"].removeprefix("Input should be ")
            allowed = message[:1].lower() + message[1:]
    return Problem(key=key, found=_shown(path, error["input"]), allowed=allowed)


def _shown(path: list[str], value: object) -> str:
    """Return the value for a message, without a secret."""
    name = path[-1] if path else ""
    if isinstance(value, str) and (why := why_secret(name, value)):
        return f"what looks like a secret ({why})"
    if isinstance(value, Mapping):
        return "a table"
    return quoted(value) if isinstance(value, str) else quoted(value).lower()


def _fields(model: type[Model], path: list[str]) -> dict[str, FieldInfo]:
    """Return the keys of the table at `path`."""
    table = _at(model, path)
    return _by_key(table) if _is_model(table) else {}


def _by_key(model: type[Model]) -> dict[str, FieldInfo]:
    """Return the fields by the names that inputs have for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _meaning(model: type[Model], path: list[str]) -> str:
    """Return the first line of the description of the key at `path`."""
    table = _at(model, path[:-1])
    text = (base.description(table, path[-1]) if _is_model(table) else None) or "a value"
    return text.split("\n")[0].rstrip(".")


def _at(annotation: Any, path: list[str]) -> Any:
    """Return the type of the value at `path`."""
    annotation = _bare(annotation)
    if not path:
        return annotation
    if _is_model(annotation):
        field = _by_key(annotation).get(path[0])
        return _at(field.annotation, path[1:]) if field else None
    # A mapping's last type is its values'; a tuple's `...` is not a type.
    inner = [part for part in get_args(annotation) if part is not ...]
    return _at(inner[-1], path[1:]) if inner else None


def _bare(annotation: Any) -> Any:
    """Return a type without `Annotated` and without `None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)
