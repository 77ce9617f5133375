"""The existing SQS queues and SNS topics."""

from constructs import Construct

from imports.aws.data_aws_sns_topic import DataAwsSnsTopic
from imports.aws.data_aws_sqs_queue import DataAwsSqsQueue
from pay.model import Environment, Severity, names


def queue(scope: Construct, environment: Environment, name: str, ids: str = "") -> DataAwsSqsQueue:
    """Return the queue `<env>-<name>`. The lookup's id begins with `ids`."""
    key = f"{ids}{name}_queue".replace("-", "_")
    return DataAwsSqsQueue(scope, key, name=names.queue(environment.name, name))


def topic_arn(scope: Construct, key: str, name: str) -> str:
    """Return the ARN of the topic of this name."""
    return str(DataAwsSnsTopic(scope, key, name=name).arn)


class ExistingAlarmTopics:
    """The topic of each severity, which the platform's stack makes; looked up when asked for."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        self._scope, self._environment = scope, environment
        self._arns: dict[Severity, str] = {}

    def arn(self, severity: Severity) -> str:
        if severity not in self._arns:
            name = names.alarm_topic(self._environment.name, severity)
            self._arns[severity] = topic_arn(self._scope, f"{severity}_topic", name)
        return self._arns[severity]
