"""The encrypted SNS topics for alarms, one per severity."""

from constructs import Construct

from imports.aws.sns_topic import SnsTopic
from imports.aws.sns_topic_policy import SnsTopicPolicy
from pay.iam.document import policy_document
from pay.model import Environment, Severity, names
from pay.model.rights.keys_and_topics import (
    publishes_alarms,
    publishes_findings,
    used_by_alarms,
    used_by_findings,
)
from pay.platform.keys import encryption_key


class AlarmTopics(Construct):
    """The topics, without their subscriptions."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        key = encryption_key(
            scope,
            "alarms",
            environment=environment,
            alias=names.alarm_key_alias(environment.name),
            description=f"Alarms of {environment.name}",
            used_by=[used_by_alarms(environment), *used_by_findings(environment)],
        )
        for severity in Severity:
            name = names.alarm_topic(environment.name, severity)
            topic = SnsTopic(scope, f"{severity}_topic", name=name, kms_master_key_id=key.arn)
            SnsTopicPolicy(
                scope,
                f"{severity}_topic_policy",
                arn=topic.arn,
                policy=policy_document(
                    publishes_alarms(environment, topic.arn),
                    *publishes_findings(environment, name, topic.arn),
                ),
            )
