"""The import ids of what runs today and is taken over, which only AWS knows.

`pay adopt` writes `environments/adopted/<env>.toml`: state address -> import id, a table a stack.
With `adopt = true`, stacks render an `import` block for each (Terraform: "Import"). So the first
apply creates nothing twice.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE
from pay.catalogue.images import Image, images_of
from pay.files import read_text
from pay.model import Environment, InvalidInput, Microservice, Problem
from pay.model.adoptable import Addresses
from pay.model.problem import did_you_mean
from pay.model.stacks import KINDS, Stack, known_stacks
from pay.shown_text import quoted
from pay.toml_text import NotToml, parse

Imports = Mapping[str, str]
"""State address -> import id."""

_IMPORT_ID = re.compile(r"(?! )(?:(?![$%]\{)[ -~])+(?<! )", re.ASCII)
"""AWS's ids and names are ASCII; Terraform would evaluate an expression."""

CREATE = "create"
"""Written in place of an import id after a person agrees that the resource does not exist."""


def adopted_file(folder: Path, environment: str) -> Path:
    """Return the file of one environment in a folder of environments."""
    return folder / "adopted" / f"{environment}.toml"


def adoptable(environment: Environment) -> Mapping[str, Addresses]:
    """Return what each stack of the environment, or of its account, can take over, by its id."""
    return {
        stack.id: stack.kind.adoption.addresses(environment, *_served(stack, environment))
        for stack in known_stacks({environment.name: environment}).values()
        if stack.kind.adoption
    }


def _served(stack: Stack, environment: Environment) -> Iterable[Microservice | Image]:
    """Return what a stack's adoption is called with."""
    names = (stack.service,) if stack.service else environment.services
    services = [CATALOGUE[name] for name in names]
    of_images = stack.kind.adoption is not None and stack.kind.adoption.of_images
    return images_of(services).values() if of_images else services


def load_needed_adopted(
    folder: Path, environment: Environment, stacks: Collection[str] | None
) -> tuple[Mapping[str, Imports], tuple[Problem, ...]]:
    """Return stack id -> what it imports, without the tables that have mistakes, and these
    mistakes. Both are empty for an environment that does not adopt. `stacks` are the ids of those
    that are needed, None for all.

    Raises InvalidInput with every mistake in the table of a needed stack that must adopt something.
    When all are needed, those of every table count. A mistake is an entry that no stack has, or a
    file that is missing or unreadable. So is a required resource without an entry, because a plan
    would create it twice.
    A service with weighted records, or without an EC2 side, was taken over long ago.
    """
    if not environment.adopt:
        return {}, ()
    path = adopted_file(folder, environment.name)
    known = adoptable(environment)
    needed = known.keys() & (known if stacks is None else stacks)
    must = {id for id in needed if any(each.must for each in known[id].values())}
    try:
        tables = read_adopted(path, environment)
    except InvalidInput as unreadable:
        if must or stacks is None:
            raise
        return {}, unreadable.problems
    mistakes: dict[str, list[Problem]] = {}
    for stack, problem in _problems(tables, environment, known):
        mistakes.setdefault(stack, []).append(replace(problem, where=str(path)))
    if refused := [
        problem
        for stack, problems in mistakes.items()
        if stacks is None or stack in must
        for problem in problems
    ]:
        raise InvalidInput(refused)
    imports = {
        stack: {address: id for address, id in table.items() if id != CREATE}
        for stack, table in tables.items()
        if stack not in mistakes
    }
    return imports, tuple(problem for problems in mistakes.values() for problem in problems)


def read_adopted(path: Path, environment: Environment) -> dict[str, Any]:
    """Return the tables of the file as they are.

    Raises InvalidInput when the file is missing or unreadable.
    """
    again, line = f"run `pay adopt {environment.name}`", None
    try:
        return parse(read_text(path))
    except FileNotFoundError:
        reason, fix = "no such file", f"{again}, or set adopt = false"
    except (OSError, ValueError) as error:
        reason, fix = str(error), f"correct the file, or delete it and {again}"
        line = error.line if isinstance(error, NotToml) else None
    allowed = "a table for each stack, state address = import id"
    raise InvalidInput(
        [Problem(where=str(path), line=line, found=reason, allowed=allowed, fix=fix)]
    )


def load_all_adopted(
    folder: Path, environments: Iterable[Environment], stacks: Collection[str] | None = None
) -> tuple[Mapping[str, Imports], tuple[Problem, ...]]:
    """Return what `load_needed_adopted` does for several environments, with the stacks of their
    account merged.

    Raises InvalidInput at the first environment whose file has mistakes, with all of them.
    """
    merged: dict[str, dict[str, str]] = {}
    spared: list[Problem] = []
    for environment in environments:
        adopted, mistakes = load_needed_adopted(folder, environment, stacks)
        for stack, imports in adopted.items():
            merged.setdefault(stack, {}).update(imports)
        spared += mistakes
    return merged, tuple(spared)


def _problems(
    tables: Mapping[str, Any], environment: Environment, known: Mapping[str, Addresses]
) -> Iterator[tuple[str, Problem]]:
    """Yield the mistakes with the stack whose table has them."""
    for stack, table in tables.items():
        if stack not in known:
            yield (
                stack,
                Problem(
                    key=stack,
                    found="a stack that takes over nothing, or does not exist",
                    allowed=_allowed_stacks(environment),
                    fix=did_you_mean(stack, known, "delete the table"),
                ),
            )
        elif not isinstance(table, dict):
            yield stack, Problem(key=stack, found=quoted(table), allowed="a table")
        else:
            for problem in _table_problems(table, known[stack], stack):
                yield stack, problem
    for stack, addresses in known.items():
        table = tables.get(stack, {})
        missing = [at for at, each in addresses.items() if each.must and at not in table]
        if missing:
            yield (
                stack,
                Problem(
                    key=stack,
                    found=f"no {', no '.join(missing)}",
                    allowed="the import id of all that runs; without it, an apply creates it again",
                    fix=f"`pay adopt {environment.name}` looks it up; if it does not exist, write "
                    f'"{CREATE}" (pay adopt --allow-missing does)',
                ),
            )


def _allowed_stacks(environment: Environment) -> str:
    stacks = known_stacks({environment.name: environment}).values()
    shared = [s.id for s in stacks if s.kind.adoption and s.kind.is_shared]
    others = " and ".join(f"`-{k}`" for k in KINDS if k.adoption and not k.is_shared)
    return f"{', '.join(shared)}, and {others} of each service"


def _table_problems(table: Mapping[str, Any], known: Addresses, stack: str) -> Iterator[Problem]:
    for address, import_id in table.items():
        key = f'{stack}."{address}"'
        if address not in known:
            yield Problem(
                key=key,
                found="an address that the stack does not take over",
                allowed=", ".join(known),
                fix=did_you_mean(address, known, "delete the line"),
            )
        elif not isinstance(import_id, str) or not _IMPORT_ID.fullmatch(import_id):
            yield Problem(
                key=key,
                found=quoted(import_id),
                allowed=f'an import id of visible characters, without ${{ and %{{, or "{CREATE}"',
            )
