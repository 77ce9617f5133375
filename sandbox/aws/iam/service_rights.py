"""Rights that the policies of topics, queues and keys give an AWS service for one of its resources.

Sources:
- SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted
  topics".
- SQS developer guide, "Configuring KMS permissions for AWS services".
"""

from dataclasses import dataclass

from moto.kms.models import kms_backends

from sandbox.aws.iam.policies import EVERYBODY, is_allowed


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

    def may(self, action: str, policy: str | None, on: str) -> bool:
        """Return whether the policy of a resource, named by its ARN, allows the action."""
        known = {"aws:sourceaccount": self.account, "aws:sourcearn": self.source_arn}
        if self.says_owner:
            known["aws:sourceowner"] = self.account
        if action.partition(":")[0] in self.hides_source_from:
            known = {}
        who = [("Service", self.service), EVERYBODY]
        return is_allowed([policy], action, by=who, on=on, context=known)

    def may_encrypt_with(self, key: str) -> bool:
        """Return whether the key lets it generate data keys; AWS's own key never does."""
        keys = kms_backends[self.account][self.region]
        id = key.rpartition(":")[2].removeprefix("key/")
        kms_key = keys.keys.get(keys.get_key_id_from_alias(id) or id)
        return kms_key is not None and all(
            self.may(action, kms_key.policy, kms_key.arn)
            for action in ("kms:Decrypt", "kms:GenerateDataKey")
        )
