"""Plans the stacks of the table of kinds, and builds them."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from pay.catalogue import CATALOGUE
from pay.environments.adopted import Imports
from pay.model import Environment
from pay.model.environment.account import Account, accounts
from pay.model.stack_kind import Input, StackKind, StackScope
from pay.model.stack_order import dependencies
from pay.model.stacks import KINDS, Stack, known_stacks

if TYPE_CHECKING:
    from cdktf import App


StackOwner = Environment | Account

Inputs = Mapping[Input, Callable[[Stack, StackOwner], object]]
"""Input -> what returns it for a stack and its owner: models, or a false value for nothing."""


@dataclass(frozen=True)
class PlannedStack:
    """The inputs of one stack, without code and catalogue."""

    stack: Stack
    owner: StackOwner
    """For a stack of a service, its environment with this service only. It can see no other."""
    imports: Imports
    """State address -> import id of what it takes over."""
    after: tuple[str, ...]
    """The stacks that are applied before it; they are not inputs."""
    more: Mapping[Input, object]
    """The inputs that its kind has and that are not empty."""

    @property
    def id(self) -> str:
        return self.stack.id

    @property
    def made_from(self) -> str:
        """Return the inputs as text. Equal text gives an equal stack."""
        parts = self.stack.kind.name, self.stack.service, list(self.imports.items())
        more = to_jsonable_python(self.more)
        return json.dumps([self.id, *parts, self.owner.model_dump_json(), more])


def planned_stacks(
    environments: Mapping[str, Environment],
    *,
    adopted: Mapping[str, Imports] = MappingProxyType({}),
    inputs: Inputs = MappingProxyType({}),
    patterns: Iterable[str] = (),
) -> Iterator[PlannedStack]:
    """Plan the stacks whose ids match a pattern (shell globs; without any, all stacks).

    `adopted` maps a stack's id to what it imports; a stack has those of the `inputs` that its kind
    names.
    """
    patterns = tuple(patterns)
    known = known_stacks(environments)
    after = dependencies(known.values())
    of_accounts = {account.name: account for account in accounts(environments.values())}
    for id, stack in known.items():
        if not matches(id, patterns):
            continue
        owner: StackOwner
        if stack.kind.scope is StackScope.ACCOUNT:
            owner = of_accounts[stack.owner]
        elif stack.service is None:
            owner = environments[stack.owner]
        else:
            owner = environments[stack.owner].with_only(stack.service)
        adopts = _still_renders_what_it_adopts(stack, environments)
        imports = adopted.get(id, {}) if adopts else {}
        own = {each: inputs[each](stack, owner) for each in inputs if each in stack.kind.inputs}
        more = {each: value for each, value in own.items() if value}
        yield PlannedStack(stack, owner, imports, after[id], more)


def matches(id: str, patterns: Collection[str]) -> bool:
    """Return whether a stack's id matches one of the patterns; without any, every id does."""
    return not patterns or any(fnmatchcase(id, pattern) for pattern in patterns)


def may_hold(environment: str, patterns: Collection[str]) -> bool:
    """Return whether a pattern matches a stack that the environment, or an account, could have. Its
    file may be wrong, and with it the account's name.
    """
    of_an_account = [kind for kind in KINDS if kind.scope is StackScope.ACCOUNT]
    if any(
        pattern.endswith(f"-{kind.stack_id('')}") for pattern in patterns for kind in of_an_account
    ):
        return True
    return any(
        matches(kind.stack_id(environment, service), patterns)
        for kind in KINDS
        if kind not in of_an_account
        for service in (CATALOGUE if kind.scope is StackScope.SERVICE else (None,))
    )


def add_stack(app: "App", planned: PlannedStack) -> None:
    """Add one stack to a cdktf app."""
    service = (CATALOGUE[planned.stack.service],) if planned.stack.service else ()
    more = {each.value: value for each, value in planned.more.items()}
    stack = class_of(planned.stack.kind)(app, planned.owner, *service, **more)
    stack.adopt(planned.imports)


def class_of(kind: StackKind) -> type[Any]:
    """Return `<Name>Stack` of `stacks/<name>.py`. It imports cdktf, which starts Node."""
    words = kind.name.split("-")
    module = import_module(f"stacks.{'_'.join(words)}")
    stack_class: type[Any] = getattr(module, "".join(map(str.capitalize, words)) + "Stack")
    return stack_class


def _still_renders_what_it_adopts(stack: Stack, environments: Mapping[str, Environment]) -> bool:
    if stack.kind.adoption is None or stack.service is None:
        return stack.kind.adoption is not None
    stage = environments[stack.environment].services[stack.service].stage
    return stage in stack.kind.adoption.stages
