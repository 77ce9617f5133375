"""The access that keys, topics and queues give to AWS's services and the account."""

from dataclasses import replace

from pay.iam.document import Statement
from pay.model import names
from pay.model.environment.account import Account
from pay.model.environment.environment import Environment
from pay.model.vocabulary import Severity

EVENTS = "events.amazonaws.com"
"""EventBridge."""


def administered_by_account(environment: Environment | Account) -> Statement:
    """Let the account administer a key (AWS: KMS developer guide, "Default key policy"): without it
    IAM policies have no effect.
    """
    principal = {"AWS": f"arn:aws:iam::{environment.account_id}:root"}
    return Statement("AdministeredByAccount", ["kms:*"], ["*"], principal=principal)


def used_by_logs(environment: Environment | Account) -> Statement:
    """Allow CloudWatch Logs to encrypt this account's log groups (AWS: CloudWatch Logs user guide,
    "Encrypt log data using KMS").
    """
    groups = f"arn:aws:logs:{environment.region}:{environment.account_id}:log-group:*"
    return Statement(
        "EncryptsLogs",
        ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        ["*"],
        principal={"Service": f"logs.{environment.region}.amazonaws.com"},
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def used_by_alarms(environment: Environment | Account) -> Statement:
    """Allow CloudWatch to send alarms to an encrypted topic. AWS: SNS developer guide, "Key
    management", "Enable compatibility between event sources from AWS services and encrypted
    topics".
    """
    return Statement(
        "SendsAlarms",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        principal={"Service": "cloudwatch.amazonaws.com"},
        conditions={"StringEquals": {"aws:SourceAccount": environment.account_id}},
    )


def publishes_alarms(environment: Environment | Account, topic_arn: str) -> Statement:
    """Allow CloudWatch to publish alarms to a topic."""
    sends = used_by_alarms(environment)
    return replace(sends, actions=["sns:Publish"], resources=[topic_arn])


def used_by_findings(environment: Environment) -> list[Statement]:
    """Return what lets EventBridge send findings to the environment's encrypted topics, if its
    account is watched through one of them. No condition on the source: EventBridge does not send it
    to KMS, and nothing would arrive. AWS: SNS developer guide, "Enable compatibility between event
    sources from AWS services and encrypted topics".
    """
    own = (names.alarm_topic(environment.name, severity) for severity in Severity)
    return [encrypts_events()] if any(_tells_findings(environment, name) for name in own) else []


def encrypts_events() -> Statement:
    """Allow EventBridge to encrypt what it sends to a topic or a queue."""
    actions, principal = ["kms:Decrypt", "kms:GenerateDataKey*"], {"Service": EVENTS}
    return Statement("SendsFindings", actions, ["*"], principal=principal)


def publishes_findings(environment: Environment, name: str, arn: str) -> list[Statement]:
    """Return the statement that lets EventBridge publish findings to a topic, if they arrive there.

    It has no condition: EventBridge sends no source to SNS, so a condition would never match. AWS:
    EventBridge user guide, "Using resource-based policies", "Amazon SNS permissions".
    """
    if not _tells_findings(environment, name):
        return []
    return [Statement("TellsFindings", ["sns:Publish"], [arn], principal={"Service": EVENTS})]


def keeps_untold_findings(account: Account) -> Statement:
    """Allow the rules of findings to keep what they could not deliver. AWS: EventBridge user guide,
    "Using dead-letter queues to process undelivered events in EventBridge".
    """
    rules = names.finding_rule(account.name, "*")
    return Statement(
        "KeepsWhatWasNotTold",
        ["sqs:SendMessage"],
        [account.arn("sqs", names.finding_dead_letters(account.name))],
        principal={"Service": EVENTS},
        conditions={"ArnLike": {"aws:SourceArn": account.arn("events", f"rule/{rules}")}},
    )


def _tells_findings(environment: Environment, topic: str) -> bool:
    return environment.watching is not None and topic in environment.watching.topics.names()
