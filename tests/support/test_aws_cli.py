"""`tests.support.aws_cli` refuses what the AWS CLI would."""

import boto3
import pytest
from moto import mock_aws

from tests.support import aws_cli

SUBSCRIBE = "aws sns subscribe --protocol https --topic-arn a"


@pytest.mark.parametrize(
    ("block", "refusal"),
    [
        (f"{SUBSCRIBE} --endpoints https://a.example", "has no option --endpoints"),
        (f"{SUBSCRIBE} --return-subscription-arn yes", "yes"),
        ("aws sns subscribes --protocol https", "subscribes"),
        ("aws s3api put-bucket-versioning --bucket a --versioning-configuration State=On", "State"),
        ("aws s3api list-buckets --output text", "text of what is not a text"),
        ("aws sns list-topics; echo more", "only `aws` may print"),
        ("aws sns list-topics --topics $NOT_SET", "returned non-zero exit status"),
    ],
)
def test_refuses_what_the_cli_would(
    block: str, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws(), pytest.raises(Exception, match=refusal):
        aws_cli.run_block(block, lambda name: boto3.client(name, region_name="eu-west-1"))
