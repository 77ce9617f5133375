"""IAM policy documents: statements in, JSON text out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Statement:
    """One `Allow`. `conditions` is operator -> key -> value, as AWS writes it."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    principal: Mapping[str, str] | None = None
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def as_document(self) -> dict[str, object]:
        document: dict[str, object] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": sorted(self.actions),
        }
        if self.resources:
            # In the order given: a reference is a token here, and sorting by a token's number
            # would change the text with whatever else is built in the same run.
            document["Resource"] = list(self.resources)
        if self.principal:
            document["Principal"] = dict(self.principal)
        if self.conditions:
            document["Condition"] = {op: dict(keys) for op, keys in self.conditions.items()}
        return document


def policy_document(*statements: Statement) -> str:
    """The JSON text of a policy of these statements."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [s.as_document() for s in statements]},
        sort_keys=True,
    )


def service_trust(service: str, account_id: str, source_arn: str) -> str:
    """A trust policy for an AWS service that acts only for this account and source (AWS: IAM user
    guide, "The confused deputy problem").
    """
    return policy_document(
        Statement(
            sid="AssumedByService",
            actions=["sts:AssumeRole"],
            principal={"Service": service},
            conditions={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": source_arn},
            },
        )
    )
