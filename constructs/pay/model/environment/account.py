"""An AWS account as a value, with the facts that its environments share."""

from collections.abc import Iterable

from pay.identifiers import arn_of
from pay.model.base import Model
from pay.model.environment.environment import Environment, State
from pay.model.environment.images import Registry
from pay.model.environment.provider import ProviderMajor
from pay.model.text_types import AccountId, EnvironmentName, Region, TagValue
from pay.model.watching.accounts import Watching


class Account(Model):
    """The facts of an account that all its environments agree on."""

    name: TagValue
    """`account_name` of its environments."""
    account_id: AccountId
    region: Region
    production: bool
    state: State
    registry: Registry | None
    watching: Watching | None
    aws_provider: ProviderMajor
    """The lowest of its environments, so its own stacks move to another provider last."""
    environments: tuple[EnvironmentName, ...]
    """In the order in which they were given."""

    def arn(self, aws_service: str, resource: str) -> str:
        """Return the ARN of a resource in this account and region."""
        return arn_of(aws_service, self.region, self.account_id, resource)


_OF_EACH = {"name", "aws_provider"}
"""The fields that an account and its environments do not share."""

SHARED_FACTS = (
    "account_name",
    *(each for each in Environment.model_fields if each in {*Account.model_fields} - _OF_EACH),
)
"""The fields of an environment that a stack per account uses."""


def accounts(environments: Iterable[Environment]) -> tuple[Account, ...]:
    """Return every account once, with the facts of its first environment; environments that
    disagree are refused by `pay.model.checks.accounts`.
    """
    by_id: dict[str, list[Environment]] = {}
    for environment in environments:
        by_id.setdefault(environment.account_id, []).append(environment)
    return tuple(
        Account(
            name=first.account_name,
            account_id=account_id,
            region=first.region,
            production=first.production,
            state=first.state,
            registry=first.registry,
            watching=first.watching,
            aws_provider=min(each.aws_provider for each in (first, *others)),
            environments=tuple(environment.name for environment in (first, *others)),
        )
        for account_id, (first, *others) in by_id.items()
    )
