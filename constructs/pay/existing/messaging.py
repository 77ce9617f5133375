"""The existing SQS queues and SNS topics."""

from constructs import Construct

from imports.aws.data_aws_sns_topic import DataAwsSnsTopic
from imports.aws.data_aws_sqs_queue import DataAwsSqsQueue
from pay.model import Environment, names


def queue(scope: Construct, environment: Environment, name: str) -> DataAwsSqsQueue:
    """Return the queue `<env>-<name>`."""
    key = f"{name}_queue".replace("-", "_")
    return DataAwsSqsQueue(scope, key, name=names.queue(environment.name, name))


def topic_arn(scope: Construct, key: str, name: str) -> str:
    """Return the ARN of the topic of this name."""
    return str(DataAwsSnsTopic(scope, key, name=name).arn)
