"""Policy documents (IAM, KMS, S3): the statements of a document, however it is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policies.engine.rule import Unread
from policies.engine.stack import Block, Conf, Stack, blocks_of, first, strings, value

IDENTITY_POLICIES = (
    "aws_iam_role_policy",
    "aws_iam_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
)
"""The resources that say what a role, a user or a group may do."""

_LIMITING = frozenset(
    {
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "ArnEquals",
        "ArnLike",
        "ForAnyValue:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:ArnEquals",
        "ForAnyValue:ArnLike",
    }
)
"""Operators that let through only what they name: `...Not...` lets through the rest, `...IfExists`
and `ForAllValues:` also who does not say.
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; a list where the document has one value or several."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    """Pairs such as ("Service", "ecs-tasks.amazonaws.com"); ("*", "*") for everybody."""
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Triples of operator, key in lower case, and values."""

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    def condition(self, key: str) -> tuple[str, ...]:
        """The values that any operator compares `key` with."""
        return tuple(v for _, name, vs in self.conditions if name == key.lower() for v in vs)

    def limited_to(self, key: str) -> tuple[str, ...]:
        """The values that a condition lets through for `key`; empty where any may pass."""
        return tuple(
            value
            for operator, name, values in self.conditions
            if name == key.lower() and operator in _LIMITING
            for value in values
        )


def statements(block: Block, attribute: str) -> list[Statement]:
    """The statements of the policy under `attribute`: a `jsonencode({...})`, a JSON text, or a
    reference to an `aws_iam_policy_document` of the same stack.

    Raises Unread for anything else.
    """
    document: Any = block.value(attribute)
    if isinstance(document, str):
        source = block.stack.find(document)
        if source is not None and source.type == "aws_iam_policy_document":
            for key in ("source_policy_documents", "override_policy_documents"):
                if source.strings(key):
                    raise Unread(f"{source.address} takes in {key}: write the statements out")
            return [_from_block(each) for each in source.blocks("statement")]
        try:
            document = json.loads(document.replace('\\"', '"'))
        except ValueError:
            raise Unread(f"{attribute} is {document[:80]!r}, not a policy document") from None
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise Unread(f"{attribute} is {document!r:.80}, not a policy document")
    found = document["Statement"]
    return [_from_json(each) for each in (found if isinstance(found, list) else [found])]


def is_own(stack: Stack, principal: str) -> bool:
    """Whether an account's id, an ARN or a reference belongs to the stack's own account."""
    parts = principal.split(":", 5)
    account = parts[4] if len(parts) == 6 else principal
    if account.startswith(("data.aws_caller_identity.", "${data.aws_caller_identity.")):
        return True
    # Whatever a stack makes or looks up is in the account that it is bound to.
    return account in stack.allowed_account_ids or stack.find(principal) is not None


def may(action: str, granted: tuple[str, ...]) -> bool:
    """Whether `granted`, wildcards included, contains `action`."""
    return any(fnmatchcase(action.lower(), each.lower()) for each in granted)


def _from_json(statement: Any) -> Statement:
    if not isinstance(statement, Mapping):
        raise Unread(f"a statement is {statement!r:.80}")
    for negation in ("NotAction", "NotResource", "NotPrincipal"):
        if negation in statement and statement.get("Effect") == "Allow":
            raise Unread(f"a statement allows by {negation}: list what is allowed")
    return Statement(
        effect=str(statement.get("Effect", "")),
        actions=_texts(statement.get("Action")),
        resources=_texts(statement.get("Resource")),
        principals=_principals(statement.get("Principal")),
        conditions=tuple(
            (str(operator), str(key).lower(), _texts(values))
            for operator, tests in (statement.get("Condition") or {}).items()
            for key, values in tests.items()
        ),
    )


def _from_block(statement: Conf) -> Statement:
    for negation in ("not_actions", "not_resources", "not_principals"):
        if strings(statement, negation):
            raise Unread(f"a statement allows by {negation}: list what is allowed")
    return Statement(
        effect=str(value(statement, "effect") or "Allow"),
        actions=tuple(strings(statement, "actions")),
        resources=tuple(strings(statement, "resources")),
        principals=tuple(
            (str(value(each, "type")), identifier)
            for each in blocks_of(statement, "principals")
            for identifier in strings(each, "identifiers")
        ),
        conditions=tuple(
            (
                str(value(each, "test")),
                str(value(each, "variable")).lower(),
                tuple(strings(each, "values")),
            )
            for each in blocks_of(statement, "condition")
        ),
    )


def _principals(found: Any) -> tuple[tuple[str, str], ...]:
    if found is None:
        return ()
    if isinstance(found, Mapping):
        return tuple((str(kind), each) for kind, ids in found.items() for each in _texts(ids))
    return tuple((each, each) for each in _texts(found))


def _texts(found: Any) -> tuple[str, ...]:
    found = first(found) if isinstance(found, list) and len(found) == 1 else found
    if found is None:
        return ()
    if isinstance(found, list):
        return tuple(str(each) for each in found)
    return (str(found),)
