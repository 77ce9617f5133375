"""What runs today and is taken over: import ids that only AWS knows, found by `pay adopt`.

`environments/adopted/<env>.toml` holds a table for each stack: state address -> import id. It is
written by `pay adopt`, reviewed and committed; stacks of an environment with `adopt = true` render
an `import` block for each, so that the first apply creates nothing twice (Terraform: "Import").
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pay.model import Environment, InvalidInput, Problem

Imports = Mapping[str, str]
"""State address -> import id."""

_TABLES = TypeAdapter(dict[str, dict[str, str]])


def adopted_file(folder: Path, environment: str) -> Path:
    """The file of one environment in a folder of environments."""
    return folder / "adopted" / f"{environment}.toml"


def load_adopted(folder: Path, environment: Environment) -> Mapping[str, Imports]:
    """Stack id -> what the stack imports; nothing for an environment that adopts nothing.

    Raises InvalidInput when an adopting environment has no file, or one that cannot be read.
    """
    if not environment.adopt:
        return {}
    path = adopted_file(folder, environment.name)
    try:
        return _TABLES.validate_python(tomllib.loads(path.read_text()))
    except FileNotFoundError:
        found = "no such file"
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        found = str(error)
    problem = Problem(
        where=str(path),
        found=found,
        allowed="a table for each stack, state address = import id",
        fix=f"run pay adopt {environment.name}, or set adopt = false",
    )
    raise InvalidInput([problem])
