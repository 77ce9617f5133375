"""An account in the sandbox whose clock a test sets, with its alarms, metrics and topics."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.server.process import Server

ACCOUNT = "222222222222"
START = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
MINUTE = 60


class Aws:
    """An account whose clock the test sets."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cloudwatch = server.client("cloudwatch")
        self._sns, self._sqs = server.client("sns"), server.client("sqs")
        self._hours = 0
        self.minute = 0

    def begin(self) -> None:
        """Go on to a day of its own."""
        self._hours += 24
        self.minute = 0
        self.pass_minutes(0)

    @property
    def now(self) -> float:
        return START + self._hours * 3600 + self.minute * MINUTE

    def pass_minutes(self, count: int) -> None:
        """Let time pass; AWS evaluates alarms at each minute."""
        self.minute += count
        self.server.administer("clock", method="POST", body={"now": self.now})
        self.cloudwatch.describe_alarms()

    def send(self, values: Mapping[str, float | None], count: float = 1) -> None:
        """Send a minute of some metrics, and let it pass; None: the metric is silent."""
        rows = [
            {
                "namespace": "Test",
                "name": name,
                "dimensions": {},
                "points": [[self.now, value, count]],
            }
            for name, value in values.items()
            if value is not None
        ]
        self.server.administer("metrics", method="POST", body=rows)
        self.pass_minutes(1)

    def minutes(self, name: str, *values: float | None, count: float = 1) -> None:
        """Send one metric's value a minute."""
        for value in values:
            self.send({name: value}, count)

    def topic(self, name: str, **attributes: str) -> str:
        """Make a topic with a queue that receives what it sends."""
        arn: str = self._sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
        self._sqs.create_queue(QueueName=name)
        endpoint = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}"
        self._sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint)
        return arn

    def messages(self, topic: str) -> list[str]:
        """Take what the topic's queue received: `NAME is STATE`, in any order."""
        url = self._sqs.get_queue_url(QueueName=topic.rpartition(":")[2])["QueueUrl"]
        found = list[str]()
        while taken := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10):
            if "Messages" not in taken:
                return sorted(found)
            for message in taken["Messages"]:
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                told = json.loads(json.loads(message["Body"])["Message"])
                found.append(f"{told['AlarmName']} is {told['NewStateValue']}")
        return found

    def alarm(self, name: str, metric: str = "", **values: Any) -> None:
        asked = {
            "AlarmName": name,
            "Namespace": "Test",
            "MetricName": metric or name,
            "Statistic": "Sum",
            "Period": MINUTE,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            **values,
        }
        given = {key: value for key, value in asked.items() if value is not None}
        self.cloudwatch.put_metric_alarm(**given)

    def composite(self, name: str, rule: str, **values: Any) -> None:
        self.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **values)

    def state(self, name: str) -> str:
        answer = self.cloudwatch.describe_alarms(
            AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        found: list[dict[str, Any]] = answer["MetricAlarms"] + answer["CompositeAlarms"]
        return str(found[0]["StateValue"])

    def described(self, name: str) -> dict[str, Any]:
        answer = self.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
        return dict(answer["CompositeAlarms"][0])

    def set_state(self, name: str, state: str) -> None:
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
