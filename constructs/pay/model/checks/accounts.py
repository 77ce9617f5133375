"""Facts that the environments of one account share, where a stack exists once per account."""

from collections.abc import Iterable, Iterator

from pay.model.base import Model
from pay.model.environment.account import SHARED_FACTS
from pay.model.environment.environment import Environment
from pay.model.problem import Problem
from pay.model.stack_kind import StackKind, StackScope
from pay.model.stacks import KINDS


def account_problems(
    environments: Iterable[Environment], kinds: Iterable[StackKind] = KINDS
) -> Iterator[Problem]:
    """Yield facts that differ within an account, and names that two accounts share. Yield nothing
    of accounts without their own stack. `where` is the environment.
    """
    environments = tuple(environments)
    of_accounts = [kind for kind in kinds if kind.scope is StackScope.ACCOUNT]
    with_stacks = {
        environment.account_id
        for environment in environments
        if any(kind.is_wanted(environment) for kind in of_accounts)
    }
    by_id, by_name = dict[str, Environment](), dict[str, Environment]()
    for environment in environments:
        if environment.account_id not in with_stacks:
            continue
        first = by_id.setdefault(environment.account_id, environment)
        for key in SHARED_FACTS:
            if getattr(first, key) != getattr(environment, key):
                yield Problem(
                    where=environment.name,
                    key=key,
                    found=_shown(getattr(environment, key)),
                    allowed=f"{_shown(getattr(first, key))}, as in {first.name}: both are account "
                    f"{environment.account_id}, which has stacks of its own",
                    fix="make the two equal",
                )
        namesake = by_name.setdefault(environment.account_name, environment)
        if namesake.account_id != environment.account_id:
            yield Problem(
                where=environment.name,
                key="account_name",
                found=f"{environment.account_name} for account {environment.account_id}",
                allowed=f"another name: {namesake.name} gives it to account {namesake.account_id}",
                fix="rename one of the accounts",
            )


def _shown(value: object) -> str:
    """Return a value of a file, a table by its content."""
    if value is None:
        return "nothing"
    return value.model_dump_json(exclude_defaults=True) if isinstance(value, Model) else str(value)
