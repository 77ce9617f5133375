"""Policies of keys, buckets, topics, queues, secrets and repositories must not admit everybody.

A log or artefact that anybody may read or replace is neither protected nor evidence. Give
`Principal = "*"` a condition on named accounts, organisations, roles or ARNs. A network alone does
not say whose request it is.
"""

from pay.iam.document import Statement
from pay.identifiers import account_of
from policies.engine.documents import is_everybody, resource_rule
from policies.reading.stack import SynthesisedStack

_WHOSE = (
    *(f"aws:Source{each}" for each in ("Account", "Arn", "OrgID", "Owner")),
    *(f"aws:Principal{each}" for each in ("Account", "Arn", "OrgID", "OrgPaths")),
    "kms:CallerAccount",
)


@resource_rule
def judge(statement: Statement, stack: SynthesisedStack) -> list[str]:
    everybody = any(is_everybody(principal) for _, principal in statement.principals)
    if everybody and not any(_limits(statement, key) for key in _WHOSE):
        return [f"{', '.join(statement.actions)} is allowed to everybody"]
    return []


def _limits(statement: Statement, key: str) -> bool:
    values = statement.limited_to(key)
    return bool(values) and all(map(_names_somebody, values))


def _names_somebody(value: str) -> bool:
    """Return whether the account, or the bucket of an ARN without account, has no wildcard."""
    account = account_of(value)
    whose = value if account is None else account or value.split(":", 5)[5].split("/")[0]
    if value.startswith("o-"):
        # `aws:PrincipalOrgPaths`: a path below one organisation (AWS: global condition keys).
        whose = value.split("/")[0]
    return not set(whose) & set("*?")
