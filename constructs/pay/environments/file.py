"""Reads one file of `environments/` as far as it can be read, with every mistake in it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pay.files import read_text
from pay.model import Environment, Problem
from pay.model.checks.estate import Draft
from pay.model.environment.environment import Deployment
from pay.model.environment.images import DAY
from pay.model.environment.moments import MOMENT
from pay.model.pydantic_errors import to_problems
from pay.model.text_types import ServiceName
from pay.secrets.prose import in_prose
from pay.secrets.values import credentials, why_secret
from pay.toml_lines import TomlLines
from pay.toml_text import NotToml, comments, parse

LARGEST_INTEGER = 2**63 - 1
"""TOML 1.0, "Integer"."""

_NOTHING: dict[str, Any] = {}
UNREADABLE = Draft(
    environment=Environment.model_construct(**_NOTHING), broken=frozenset(Environment.model_fields)
)


@dataclass(frozen=True)
class EnvironmentFile:
    """A file as far as it could be read, and what is wrong with it alone."""

    path: Path
    draft: Draft
    problems: tuple[Problem, ...]
    lines: TomlLines

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of this file with its place."""
        return replace(problem, where=str(self.path), line=self.lines.of(problem.key))


def read(path: Path) -> EnvironmentFile:
    """Return a file's content and its own mistakes, without checks against other files."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    try:
        draft, mistakes, secrets, lines = _content(text)
    except NotToml as error:
        return _unreadable(path, error)
    problems = list(mistakes)
    if draft.readable("name") and draft.environment.name != path.stem:
        problems.append(
            Problem(
                key="name",
                found=draft.environment.name,
                allowed=f"the file's own name, {path.stem}",
                fix="rename the file or the environment",
            )
        )
    file = EnvironmentFile(path, draft, (), lines)
    placed = [file.placed(problem) for problem in problems]
    in_values = [file.placed(secret) for secret in secrets]
    in_comments = _secrets_in_comments(path, text, in_values)
    return replace(file, problems=(*placed, *in_values, *in_comments))


@lru_cache(maxsize=64)
def _content(text: str) -> tuple[Draft, tuple[Problem, ...], tuple[Problem, ...], TomlLines]:
    """Return what the text says, its mistakes and its secrets in values without their places, and
    its lines. Raises NotToml.

    A command reads the same text several times, of a checkout and of the one before a change.
    """
    data = parse(text)
    strange = dict(_strange(data))
    draft, mistakes = _validated(data)
    named = dict.fromkeys(_named(problem, strange) for problem in mistakes)
    return draft, tuple(named), tuple(_secrets(data)), TomlLines(text)


def says_it_follows(path: Path, environment: str) -> bool:
    """Return whether a file names the environment that it takes its releases from.

    The file need not be readable as TOML.
    """
    line = rf"\s*follows\s*=\s*([\"']){re.escape(environment)}\1"
    try:
        return re.search(rf"^{line}", read_text(path), re.MULTILINE) is not None
    except (OSError, ValueError):
        return False


def _secrets_in_comments(path: Path, text: str, in_values: list[Problem]) -> Iterator[Problem]:
    """Yield the secrets on lines without a secret value. Everyone reads the comments, too."""
    lines = {secret.line for secret in in_values}
    for line, why in _lines_with_secrets(text):
        if line not in lines:
            yield _secret("", why, where=str(path), line=line)
            lines.add(line)


@lru_cache(maxsize=64)
def _lines_with_secrets(text: str) -> tuple[tuple[int, str], ...]:
    """Return the line of each secret that its form or its comment reveals, and why it is one."""
    by_format = ((text.count("\n", 0, each.start) + 1, each.why) for each in credentials(text))
    by_key = ((line, each.why) for line, comment in comments(text) for each in in_prose(comment))
    return (*by_format, *by_key)


def _secret(key: str, why: str, where: str = "", line: int | None = None) -> Problem:
    return Problem(
        where=where,
        line=line,
        key=key,
        found=f"what looks like a secret ({why})",
        allowed="no secrets: these files are read by everyone",
        fix="put it into Secrets Manager, and replace it where it is valid",
    )


def _unreadable(path: Path, error: Exception) -> EnvironmentFile:
    problem = Problem(
        where=str(path),
        line=error.line if isinstance(error, NotToml) else None,
        found=str(error),
        allowed="a readable TOML file in UTF-8",
    )
    return EnvironmentFile(path, UNREADABLE, (problem,), TomlLines(""))


def _strange(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the keys of what JSON lacks, and its description: dates, and numbers over 64 bits."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strange(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _strange(inner, f"{key}.{position}")
    elif (description := _description(value)) is not None:
        yield key, description


def _description(value: object) -> str | None:
    if isinstance(value, date | time):
        return f"the date or time {value}"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return "a number of more than 64 bits"
    return None


def _named(problem: Problem, strange: Mapping[str, str]) -> Problem:
    """Return the problem as one of the strange value that stands at its key, or around it."""
    for key, description in strange.items():
        if problem.key == key and problem.found == "a table":
            return replace(problem, found=description)
        if problem.key.startswith(f"{key}."):
            return Problem(key=key, found=description, allowed="a table")
    return problem


def _validated(data: dict[str, Any]) -> tuple[Draft, list[Problem]]:
    services = data.get("services")
    declared = frozenset(services if isinstance(services, dict) else ())
    try:
        # JSON in between, because pydantic's strict mode then still reads text as an enum and a
        # list as a tuple. It refuses "2" for 2 and 1 for true.
        environment = Environment.model_validate_json(_json(data), strict=True)
    except ValidationError as error:
        draft = replace(_readable_part(data), declared=declared)
        # Checks across keys have not run where a key could not be read. Run those that can.
        problems = [*to_problems(error), *draft.environment.problems(draft.broken)]
        return draft, list(dict.fromkeys(problems))
    return Draft(environment=environment, declared=declared), []


def _readable_part(data: dict[str, Any]) -> Draft:
    """Return the keys and the services that are right on their own."""
    values: dict[str, Any] = {}
    broken = {key for key, field in Environment.model_fields.items() if field.is_required()}
    for key in Environment.model_fields:
        if key == "services" or key not in data:
            continue
        try:
            values[key] = _checked(_of_field(key), data[key])
            broken.discard(key)
        except ValidationError:
            broken.add(key)
    if isinstance(data.get("services"), dict):
        values["services"] = dict(_readable_services(data["services"]))
        broken.remove("services")
    return Draft(environment=Environment.model_construct(**values), broken=frozenset(broken))


def _readable_services(table: dict[str, Any]) -> Iterator[tuple[str, Deployment]]:
    for name, deployment in table.items():
        with suppress(ValidationError):
            yield _checked(_SERVICE_NAME, name), _checked(_DEPLOYMENT, deployment)


_SERVICE_NAME, _DEPLOYMENT = TypeAdapter[Any](ServiceName), TypeAdapter[Any](Deployment)


@cache
def _of_field(key: str) -> TypeAdapter[Any]:
    return TypeAdapter(Environment.model_fields[key].rebuild_annotation())


def _checked(adapter: TypeAdapter[Any], value: object) -> Any:
    return adapter.validate_json(_json(value), strict=True)


def _json(value: object) -> str:
    return json.dumps(_plain(value))


def _plain(value: object) -> object:
    """Return the value with a table for each value that JSON lacks. As text, a date would be a
    reason to freeze. Only a day and a moment are read, by the types `Day`, `Moment` and
    `LocalMoment`.
    """
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if type(value) is date:
        return {DAY: value.isoformat()}
    if type(value) is datetime:
        return {MOMENT: value.isoformat()}
    return value if _description(value) is None else {"": None}


def _secrets(value: object, key: str = "", name: str = "") -> Iterator[Problem]:
    """Yield the secrets in the value at `key`, whose last part is `name`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _secrets(inner, f"{key}.{name}" if key else name, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner, key, name)
    elif isinstance(value, str) and (why := why_secret(name, value)):
        yield _secret(key, why)
