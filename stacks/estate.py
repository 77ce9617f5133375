"""Builds the stacks that the table of kinds says there are."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from importlib import import_module
from types import MappingProxyType
from typing import Any

from cdktf import App

from pay.catalogue import CATALOGUE
from pay.environments.adopted import Imports
from pay.model import Environment
from pay.model.environment.account import accounts
from pay.model.stack_order import dependencies
from pay.model.stacks import Stack, StackKind, StackScope, known_stacks
from stacks.base import PayStack


def add_stacks(
    app: App,
    environments: Mapping[str, Environment],
    *,
    adopted: Mapping[str, Imports] = MappingProxyType({}),
    patterns: Iterable[str] = (),
) -> None:
    """Add the stacks whose ids match one of the patterns (shell globs; none: all), each with what
    it adopts by its id, and make each wait for those that it needs.
    """
    patterns = tuple(patterns)
    known = known_stacks(environments)
    owners: Mapping[tuple[bool, str], Any] = {
        (is_account, owner.name): owner
        for is_account, group in (
            (False, environments.values()),
            (True, accounts(environments.values())),
        )
        for owner in group
    }
    built = dict[str, PayStack]()
    for id, stack in known.items():
        if patterns and not any(fnmatchcase(id, pattern) for pattern in patterns):
            continue
        owner = owners[stack.kind.scope is StackScope.ACCOUNT, stack.owner]
        service = (CATALOGUE[stack.service],) if stack.service else ()
        built[id] = class_of(stack.kind)(app, owner, *service)
        if _still_renders_what_it_adopts(stack, environments):
            built[id].adopt(adopted.get(id, {}))
    for id, needed in dependencies(known.values()).items():
        for other in needed if id in built else ():
            if other in built:
                built[id].add_dependency(built[other])


def class_of(kind: StackKind) -> type[Any]:
    """The class of a kind: `stacks/<name>.py` holds `<Name>Stack`."""
    words = kind.name.split("-")
    module = import_module(f"stacks.{'_'.join(words)}")
    found: type[Any] = getattr(module, "".join(word.capitalize() for word in words) + "Stack")
    return found


def _still_renders_what_it_adopts(stack: Stack, environments: Mapping[str, Environment]) -> bool:
    if stack.kind.adoption is None or stack.service is None:
        return stack.kind.adoption is not None
    stage = environments[stack.environment].services[stack.service].stage
    return stage in stack.kind.adoption.stages
