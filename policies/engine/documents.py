"""Policy documents (IAM, KMS, S3) in HCL: finds the document, however it is written."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from pay.iam.document import Statement, read_policy
from pay.iam.patterns import includes, is_open_resource
from pay.unread import Unread
from policies.engine.expressions import document_in
from policies.engine.rule import Judge, rule
from policies.engine.stack import Block, Conf, Stack, blocks_of, get, strings

IDENTITY_POLICIES = tuple(f"aws_iam_{each}policy" for each in ("role_", "", "user_", "group_"))
"""The resources that say what a role, a user or a group may do."""

_ELEMENTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}
_PRINCIPALS = {"Principal": "principals", "NotPrincipal": "not_principals"}


def statements(block: Block, attribute: str) -> tuple[Statement, ...]:
    """Return the statements of a `jsonencode({...})`, a JSON text or a reference to a document.

    The document is an `aws_iam_policy_document` of the same stack. Raises Unread for anything else,
    and for a statement that allows by leaving out.
    """
    listed = read_policy(_document(block, attribute))
    for statement in listed:
        if statement.allows and statement.negations:
            negations = " and ".join(statement.negations)
            raise Unread(f"a statement allows by {negations}: list what is allowed")
    return listed


def allowing(block: Block, attribute: str) -> list[Statement]:
    """Return the statements that allow; raises Unread as `statements` does."""
    return [each for each in statements(block, attribute) if each.allows]


def identity_rule(judge: Callable[[Statement], Iterable[str]]) -> Judge:
    """Declare the decorated function as the rule of its file, over each statement that allows."""

    @rule(*IDENTITY_POLICIES)
    @wraps(judge)
    def judge_policy(policy: Block) -> list[str]:
        return [mistake for statement in allowing(policy, "policy") for mistake in judge(statement)]

    return judge_policy


def open_uses(statement: Statement, *actions: str) -> list[str]:
    """Return a mistake for each of `actions` that a statement allows on an unnamed resource."""
    return [
        f"{action} is allowed on {resource}"
        for action in actions
        if includes(statement.actions, action)
        for resource in statement.resources
        if is_open_resource(resource)
    ]


def is_own(stack: Stack, principal: str) -> bool:
    """Return whether an account's id, an ARN or a reference belongs to the stack's account."""
    parts = principal.split(":", 5)
    account = parts[4] if len(parts) == 6 else principal
    if account.startswith(("data.aws_caller_identity.", "${data.aws_caller_identity.")):
        return True
    # All that a stack creates or looks up is in the account that it is bound to.
    return account in stack.allowed_account_ids or stack.find(principal) is not None


def _document(block: Block, attribute: str) -> Any:
    written = block.get(attribute)
    if not isinstance(written, str):
        return written
    source = block.stack.find(written)
    if source is None or source.type != "aws_iam_policy_document":
        return document_in(written)
    for key in ("source_policy_documents", "override_policy_documents"):
        if source.strings(key):
            raise Unread(f"{source.address} takes in {key}: write the statements out")
    return {"Statement": [_from_block(each) for each in source.blocks("statement")]}


def _from_block(statement: Conf) -> dict[str, Any]:
    """A `statement` block as Terraform writes it to JSON."""
    document: dict[str, Any] = {"Effect": get(statement, "effect") or "Allow"}
    for element, attribute in _ELEMENTS.items():
        if listed := strings(statement, attribute):
            document[element] = listed
    for element, name in _PRINCIPALS.items():
        for each in blocks_of(statement, name):
            kind = "AWS" if get(each, "type") == "*" else str(get(each, "type"))
            kinds = document.setdefault(element, {})
            kinds[kind] = [*kinds.get(kind, []), *strings(each, "identifiers")]
    for each in blocks_of(statement, "condition"):
        tests = document.setdefault("Condition", {}).setdefault(str(get(each, "test")), {})
        key = str(get(each, "variable"))
        tests[key] = [*tests.get(key, []), *strings(each, "values")]
    return document
