"""A session reads the times of an answer as botocore does, only faster."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from rollout.aws.clients import session

MOMENTS = (
    0,
    1764150000,
    1764150000.25,
    "1764150000",
    "2025-11-26T09:40:00Z",
    "2025-11-26T10:40:00+01:00",
)
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


class Body:
    """What arrived over the wire."""

    def __init__(self, answer: Any) -> None:
        self.content = json.dumps(answer).encode()

    def stream(self) -> list[bytes]:
        return [self.content]


def created_at(made: boto3.Session, moment: object) -> Any:
    """Return the time that a client reads in an answer of ECS."""
    client = made.client("ecs", region_name="eu-west-1", **KEYS)
    answer = {"services": [{"serviceName": "connector", "createdAt": moment}]}

    def respond(**_: object) -> AWSResponse:
        return AWSResponse("https://ecs.test", 200, {}, Body(answer))

    client.meta.events.register("before-send.ecs", respond)
    return client.describe_services(services=["connector"])["services"][0]["createdAt"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_reads_the_same_time_as_botocore(moment: object) -> None:
    assert created_at(session("eu-west-1"), moment) == created_at(boto3.Session(), moment)


def test_a_number_of_seconds_is_a_time_in_utc() -> None:
    read = created_at(session("eu-west-1"), 1764150000)
    assert (read, read.tzinfo) == (datetime(2025, 11, 26, 9, 40, tzinfo=UTC), UTC)
