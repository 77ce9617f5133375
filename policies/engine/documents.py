"""Policy documents (IAM, KMS, S3 and so on) in HCL: finds the document, however it is written."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from pay.iam.document import Statement, read_policy
from pay.iam.patterns import includes, is_open_resource
from pay.iam.policy_arguments import IDENTITY_POLICIES, POLICY_ARGUMENTS, RESOURCE_POLICIES
from pay.identifiers import account_of
from pay.unread import Unread
from policies.engine.rule import Judge, rule
from policies.reading.expressions import REFERENCE, document_in
from policies.reading.stack import Block, Conf, NotKnown, SynthesisedStack, blocks_of, get, strings

_TAKEN_IN = ("source_policy_documents", "override_policy_documents")

_ELEMENTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}
_PRINCIPALS = {"Principal": "principals", "NotPrincipal": "not_principals"}


def write_out(stack: SynthesisedStack) -> None:
    """Put every policy document of a stack in the place where a block only leads to it.

    All rules, checkov's included, then read one form. A document that cannot be read stays as it is
    written, and the rules refuse it.
    """
    for block in stack.blocks:
        attribute, _ = POLICY_ARGUMENTS.get(block.type, ("", None))
        if block.kind == "resource" and attribute in block.conf:
            try:
                block.conf[attribute] = [_document(block, attribute)]
            except Unread:
                continue


def statements(block: Block, attribute: str) -> tuple[Statement, ...]:
    """Return the statements of the document in an attribute, in any form that is read here.

    Read are `jsonencode({...})`, JSON text, a local of these and a reference to an
    `aws_iam_policy_document` of the same stack. Raises Unread for anything else, and for a
    statement that allows by leaving out. Raises NotKnown where a plan does not know it yet.
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


def resource_rule(judge: Callable[[Statement, SynthesisedStack], Iterable[str]]) -> Judge:
    """Declare the decorated function as the rule of its file, over the policies of resources.

    It gets each statement that allows, and the stack. A resource without a policy is not judged.
    """

    @rule(*RESOURCE_POLICIES)
    @wraps(judge)
    def judge_policy(block: Block) -> list[str] | None:
        if not block.type.endswith("_policy") and block.get("policy") in (None, ""):
            return None
        return [
            mistake
            for statement in allowing(block, "policy")
            for mistake in judge(statement, block.stack)
        ]

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


def is_everybody(principal: str) -> bool:
    """Return whether a principal, or the value of a condition, has a wildcard for its account."""
    account = _account(principal)
    return not REFERENCE.fullmatch(principal) and bool(set(account) & set("*?"))


def is_own(stack: SynthesisedStack, principal: str) -> bool:
    """Return whether an account's id, an ARN or a reference belongs to the stack's account."""
    account = _account(principal)
    if account.startswith(("data.aws_caller_identity.", "${data.aws_caller_identity.")):
        return True
    # All that a stack creates or looks up is in the account that it is bound to.
    return account in stack.allowed_account_ids or stack.find(principal) is not None


def _account(principal: str) -> str:
    account = account_of(principal)
    return principal if account is None else account


def _document(block: Block, attribute: str) -> Any:
    written = block.get(attribute)
    if block.stack.from_plan and not (
        isinstance(written, dict) or (isinstance(written, str) and written.lstrip()[:1] == "{")
    ):
        raise NotKnown(f"{attribute} is not known before the apply")
    return _read(written, block.stack, ())


def _read(written: Any, stack: SynthesisedStack, within: tuple[Block, ...]) -> Any:
    """Return the document that a value is or leads to; `within` are the documents that take it in.

    Raises Unread for a document that takes in itself or something else than a document.
    """
    if not isinstance(written, str):
        return written
    source = stack.find(written)
    if source is None or source.full_type != "data.aws_iam_policy_document":
        return document_in(written)
    if source in within:
        raise Unread(f"{source.address} takes in itself")
    # As the provider merges them (hashicorp/aws 5.100, `policy_document_data_source.go`). A later
    # statement replaces the one with its sid.
    merged: dict[object, Any] = {}
    for key in _TAKEN_IN:
        if key == _TAKEN_IN[1]:
            _merge(merged, [_from_block(each) for each in source.blocks("statement")])
        for taken_in in strings(source.conf, key):
            document = _read(taken_in, stack, (*within, source))
            try:
                read_policy(document)
            except Unread as unread:
                raise Unread(f"{key} of {source.address}: {unread}") from None
            listed = document["Statement"]
            _merge(merged, listed if isinstance(listed, list) else [listed])
    return {"Statement": list(merged.values())}


def _merge(merged: dict[object, Any], listed: Iterable[Any]) -> None:
    for statement in listed:
        merged[statement.get("Sid") or object()] = statement


def _from_block(statement: Conf) -> dict[str, Any]:
    """Return a `statement` block as Terraform writes it to JSON."""
    document: dict[str, Any] = {"Effect": get(statement, "effect") or "Allow"}
    if sid := get(statement, "sid"):
        document["Sid"] = sid
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
