"""The existing SQS queues and SNS topics."""

from constructs import Construct

from imports.aws.data_aws_sns_topic import DataAwsSnsTopic
from imports.aws.data_aws_sqs_queue import DataAwsSqsQueue
from pay.model import Environment, names


def queue(scope: Construct, environment: Environment, name: str) -> DataAwsSqsQueue:
    """The queue `<env>-<name>`."""
    return DataAwsSqsQueue(
        scope, f"{name}_queue".replace("-", "_"), name=names.queue(environment.name, name)
    )


def topic_arn(scope: Construct, key: str, name: str) -> str:
    """The ARN of the topic of this name."""
    topic = DataAwsSnsTopic(scope, key, name=name)
    found: str = topic.arn
    return found
