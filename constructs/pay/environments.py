"""Reads the files of `environments/`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pay.model import Environment
from pay.model.problem import InvalidInput, Problem


def load_environment(path: Path) -> Environment:
    """The environment that a file describes.

    Raises InvalidInput with every mistake in the file.
    """
    try:
        return Environment.model_validate(tomllib.loads(path.read_text()))
    except ValidationError as error:
        raise InvalidInput(
            Problem(
                where=path.name,
                key=".".join(map(str, e["loc"])),
                found=repr(e["input"]),
                allowed=e["msg"],
            )
            for e in error.errors()
        ) from None


def load_environments(folder: Path) -> Mapping[str, Environment]:
    """Every environment of a folder by its name.

    Raises InvalidInput with every mistake in every file.
    """
    found: dict[str, Environment] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            environment = load_environment(path)
        except InvalidInput as error:
            problems += error.problems
        else:
            found[environment.name] = environment
    if problems:
        raise InvalidInput(problems)
    return found
