"""Policies of keys, buckets, topics, queues, secrets and repositories must name the own account.

Whoever controls another account holds the rights that it is given, outside our controls. The load
balancers' own accounts are in `data.aws_elb_service_account`. A role of another account, by its
name, may pull images, because releases are copied into the next account.
"""

import re
from collections.abc import Iterator

from pay.iam.document import Statement
from pay.identifiers import ACCOUNT_ID, account_of
from pay.model.rights.tasks import PULL_ACTIONS
from policies.engine.documents import is_everybody, is_own, resource_rule
from policies.reading.stack import SynthesisedStack

_ROLE = re.compile(rf"arn:aws:iam::{ACCOUNT_ID}:role/[\w+=,.@/-]+")

_ACCOUNTS = (
    *(f"aws:Source{each}" for each in ("Account", "Arn", "Owner")),
    *(f"aws:Principal{each}" for each in ("Account", "Arn")),
    "kms:CallerAccount",
)


@resource_rule
def judge(statement: Statement, stack: SynthesisedStack) -> list[str]:
    only_pulls = frozenset(statement.actions) <= frozenset(PULL_ACTIONS)
    return [
        f"{who} belongs to another account; {', '.join(statement.actions)} is allowed to it"
        for who in _named(statement)
        if not is_own(stack, who) and not (only_pulls and _ROLE.fullmatch(who))
    ]


def _named(statement: Statement) -> Iterator[str]:
    """Yield each account, or principal of one, that a statement admits."""
    for kind, principal in statement.principals:
        if kind != "Service" and not is_everybody(principal):
            yield principal
    for key in _ACCOUNTS:
        for value in statement.limited_to(key):
            if account_of(value) == "":
                continue  # A bucket's ARN has no account.
            if not is_everybody(value):
                yield value
