"""Rights that the policies of topics, queues and keys give an AWS service for one of its resources.

Sources:
- SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted
  topics".
- SQS developer guide, "Configuring KMS permissions for AWS services".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from moto.kms.models import kms_backends


@dataclass(frozen=True)
class Sender:
    """A service that acts for a resource of an account."""

    service: str
    """Its principal, such as `events.amazonaws.com`."""
    account: str
    region: str
    source_arn: str
    """The resource: an alarm, or a rule."""
    says_owner: bool = False
    """The service sends `aws:SourceOwner`, which the default policy of a topic requires."""
    hides_source_from: frozenset[str] = frozenset()
    """The services that see neither its account nor its resource.

    A statement with such a condition never fits there. For KMS the sources are above. For SNS:
    EventBridge user guide, "Using resource-based policies", "Amazon SNS permissions"."""

    def may(self, action: str, policy: str | None) -> bool:
        """Return whether a statement of the resource's policy allows the action."""
        known = {
            "aws:sourceaccount": self.account,
            "aws:sourceowner": self.account if self.says_owner else "",
            "aws:sourcearn": self.source_arn,
        }
        if action.partition(":")[0] in self.hides_source_from:
            known = {}
        document = json.loads(policy) if policy else {}
        return any(
            statement.get("Effect") == "Allow"
            and self._is_named(statement.get("Principal"))
            and any(fnmatchcase(action.lower(), a.lower()) for a in _list(statement.get("Action")))
            and all(
                any(fnmatchcase(known.get(key, ""), value) for value in values)
                for key, values in _conditions(statement)
            )
            for statement in _list(document.get("Statement"))
        )

    def may_encrypt_with(self, key: str) -> bool:
        """Return whether the key lets it generate data keys; AWS's own key never does."""
        keys = kms_backends[self.account][self.region]
        id = key.rpartition(":")[2].removeprefix("key/")
        kms_key = keys.keys.get(keys.get_key_id_from_alias(id) or id)
        return kms_key is not None and all(
            self.may(action, kms_key.policy) for action in ("kms:Decrypt", "kms:GenerateDataKey")
        )

    def _is_named(self, principal: Any) -> bool:
        if not isinstance(principal, dict):
            return bool(principal == "*")
        return self.service in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))


def _conditions(statement: Any) -> Iterator[tuple[str, list[str]]]:
    for asked in statement.get("Condition", {}).values():
        for key, values in asked.items():
            yield key.lower(), _list(values)


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
