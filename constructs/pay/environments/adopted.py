"""What runs today and is taken over: import ids that only AWS knows, found by `pay adopt`.

`environments/adopted/<env>.toml` holds a table for each stack: state address -> import id. It is
written by `pay adopt`, reviewed and committed; stacks of an environment with `adopt = true` render
an `import` block for each, so that the first apply creates nothing twice (Terraform: "Import").
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, InvalidInput, Microservice, Problem
from pay.model.adoptable import Addresses
from pay.model.problem import did_you_mean
from pay.model.stacks import KINDS, Stack, known_stacks

Imports = Mapping[str, str]
"""State address -> import id."""

CREATE = "create"
"""Written instead of an import id where AWS has nothing and somebody said that this is right."""


def adopted_file(folder: Path, environment: str) -> Path:
    """The file of one environment in a folder of environments."""
    return folder / "adopted" / f"{environment}.toml"


def adoptable(environment: Environment) -> Mapping[str, Addresses]:
    """Stack id -> every state address that is looked up -> whether what runs today must have it;
    also of the stacks of the environment's account.
    """
    return {
        stack.id: stack.kind.adoption.addresses(environment, *_service(stack))
        for stack in known_stacks({environment.name: environment}).values()
        if stack.kind.adoption
    }


def _service(stack: Stack) -> tuple[Microservice, ...]:
    return (CATALOGUE[stack.service],) if stack.service else ()


def load_adopted(folder: Path, environment: Environment) -> Mapping[str, Imports]:
    """Stack id -> what the stack imports; nothing for an environment that adopts nothing.

    Raises InvalidInput, with every mistake at once, when an adopting environment has no file, one
    that cannot be read, one that names what no stack has, or one that leaves out what must run:
    a plan without that import would create it a second time.
    """
    if not environment.adopt:
        return {}
    path = adopted_file(folder, environment.name)
    problems, tables = list[Problem](), dict[str, Any]()
    try:
        tables = tomllib.loads(path.read_text())
    except FileNotFoundError:
        problems.append(_unreadable(path, environment, "no such file"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(_unreadable(path, environment, str(error)))
    else:
        problems += _problems(tables, path, environment)
    if problems:
        raise InvalidInput(problems)
    return {
        stack: {address: id for address, id in table.items() if id != CREATE}
        for stack, table in tables.items()
    }


def load_all_adopted(folder: Path, environments: Iterable[Environment]) -> Mapping[str, Imports]:
    """The same of several environments: what they say of a stack of their account is put together.

    Raises InvalidInput at the first environment whose file has mistakes, with all of them.
    """
    found: dict[str, dict[str, str]] = {}
    for environment in environments:
        for stack, imports in load_adopted(folder, environment).items():
            found.setdefault(stack, {}).update(imports)
    return found


def _unreadable(path: Path, environment: Environment, found: str) -> Problem:
    return Problem(
        where=str(path),
        found=found,
        allowed="a table for each stack, state address = import id",
        fix=f"run `pay adopt {environment.name}`, or set adopt = false",
    )


def _problems(tables: dict[str, Any], path: Path, environment: Environment) -> Iterator[Problem]:
    known, where = adoptable(environment), str(path)
    for stack, table in tables.items():
        if stack not in known:
            yield Problem(
                where=where,
                key=stack,
                found="a stack that takes over nothing, or does not exist",
                allowed=_allowed_stacks(environment),
                fix=did_you_mean(stack, known, "take the table out"),
            )
        elif not isinstance(table, dict):
            yield Problem(where=where, key=stack, found=repr(table), allowed="a table")
        else:
            yield from _table_problems(table, known[stack], where, stack)
    for stack, addresses in known.items():
        table = tables.get(stack, {})
        missing = [address for address, must in addresses.items() if must and address not in table]
        if missing:
            yield Problem(
                where=where,
                key=stack,
                found=f"no {', no '.join(missing)}",
                allowed="the import id of everything that runs; without it, it is made a second "
                "time",
                fix=f"`pay adopt {environment.name}` looks it up; where there is none, write "
                f'"{CREATE}" (pay adopt --allow-missing does)',
            )


def _allowed_stacks(environment: Environment) -> str:
    stacks = known_stacks({environment.name: environment}).values()
    shared = [s.id for s in stacks if s.kind.adoption and s.kind.is_shared]
    others = " and ".join(f"`-{k}`" for k in KINDS if k.adoption and not k.is_shared)
    return f"{', '.join(shared)}, and {others} of each service"


def _table_problems(
    table: Mapping[str, Any], known: Mapping[str, bool], where: str, stack: str
) -> Iterator[Problem]:
    for address, import_id in table.items():
        key = f'{stack}."{address}"'
        if address not in known:
            yield Problem(
                where=where,
                key=key,
                found="an address that the stack does not take over",
                allowed=", ".join(known),
                fix=did_you_mean(address, known, "take the line out"),
            )
        elif not isinstance(import_id, str) or not import_id.strip():
            yield Problem(
                where=where,
                key=key,
                found=repr(import_id),
                allowed=f'an import id, or "{CREATE}"',
            )
