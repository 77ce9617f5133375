"""The topics of findings that no stack makes, encrypted, with a policy that admits EventBridge."""

from pay.iam.document import policy_document
from pay.model import Severity, names
from pay.model.rights.keys_and_topics import (
    administered_by_account,
    encrypts_events,
    publishes_findings,
)
from sandbox.estate.estate_builder import Owner


def make_finding_topics(owner: Owner) -> None:
    """Create the topics of findings that the environment's file names, but not those of its alarms.

    Each topic has a queue that stands for its readers.
    """
    environment = owner.environment
    if environment.watching is None:
        return
    of_alarms = {names.alarm_topic(owner.name, severity) for severity in Severity}
    sns, sqs, kms = owner.client("sns"), owner.client("sqs"), owner.client("kms")
    for name in environment.watching.topics.names():
        arn = environment.arn("sns", name)
        if name in of_alarms or arn in {each["TopicArn"] for each in sns.list_topics()["Topics"]}:
            continue
        key = kms.create_key(
            Policy=policy_document(administered_by_account(environment), encrypts_events())
        )["KeyMetadata"]["Arn"]
        policy = policy_document(*publishes_findings(environment, name, arn))
        sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": key, "Policy": policy})
        sqs.create_queue(QueueName=f"{name}-readers")
        readers = environment.arn("sqs", f"{name}-readers")
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=readers)
