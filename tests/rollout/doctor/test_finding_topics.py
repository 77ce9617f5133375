"""`pay doctor` asks each topic of findings whether EventBridge may publish and encrypt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.iam.document import policy_document
from pay.model import Environment
from pay.model.rights.keys_and_topics import encrypts_events, publishes_alarms, publishes_findings
from rollout.doctor.finding_topics import finding_topic_lines
from rollout.doctor.line import DoctorVerdict

PAGE, TICKET, WEEKLY = "sandbox-alarms-critical", "sandbox-alarms-warning", "sandbox-findings"
KEY = "arn:aws:kms:eu-west-1:555555555555:key/1"


@dataclass
class Aws:
    """SNS and KMS as an account has them; a topic without attributes does not exist."""

    topics: dict[str, dict[str, str]]
    key: str = policy_document(encrypts_events())
    denies: set[str] = field(default_factory=set)

    def __call__(self, service: str) -> "Aws":
        return self

    def get_topic_attributes(self, *, TopicArn: str) -> Mapping[str, Any]:
        name = TopicArn.rpartition(":")[2]
        if name in self.denies:
            raise refusal("AuthorizationError", "GetTopicAttributes")
        if name not in self.topics:
            raise refusal("NotFound", "GetTopicAttributes")
        return {"Attributes": self.topics[name]}

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> Mapping[str, str]:
        assert KeyId == "1" or KeyId == KEY
        return {"Policy": self.key}

    def describe_key(self, *, KeyId: str) -> Mapping[str, Any]:
        return {"KeyMetadata": {"KeyId": "1"}}


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


@pytest.fixture
def aws(sandbox: Environment) -> Aws:
    def topic(name: str) -> dict[str, str]:
        statements = publishes_findings(sandbox, name, sandbox.arn("sns", name))
        return {"Policy": policy_document(*statements), "KmsMasterKeyId": KEY}

    return Aws({name: topic(name) for name in (PAGE, TICKET, WEEKLY)})


def lines(sandbox: Environment, aws: Aws) -> dict[str, tuple[DoctorVerdict, str]]:
    found = list(finding_topic_lines(sandbox, aws))
    return {
        name: (line.verdict, f"{line.shown} {line.fix}")
        for name, line in zip((PAGE, TICKET, WEEKLY), found, strict=True)
    }


def test_topics_that_admit_eventbridge_pass(sandbox: Environment, aws: Aws) -> None:
    assert {verdict for verdict, _ in lines(sandbox, aws).values()} == {DoctorVerdict.OK}
    aws.topics[WEEKLY]["KmsMasterKeyId"] = "alias/findings"
    aws.topics[TICKET].pop("KmsMasterKeyId")
    assert {verdict for verdict, _ in lines(sandbox, aws).values()} == {DoctorVerdict.OK}


def admits(sandbox: Environment, name: str, **changed: Any) -> str:
    [needed] = publishes_findings(sandbox, name, sandbox.arn("sns", name))
    return json.dumps({"Version": "2012-10-17", "Statement": [needed.as_document() | changed]})


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, DoctorVerdict.OK),
        ({"Condition": {}}, DoctorVerdict.OK),
        ({"Principal": "*"}, DoctorVerdict.OK),
        ({"Action": "sns:*"}, DoctorVerdict.OK),
        ({"Effect": "Deny"}, DoctorVerdict.FAILS),
        ({"Action": "sns:Subscribe"}, DoctorVerdict.FAILS),
        ({"Principal": {"Service": "cloudwatch.amazonaws.com"}}, DoctorVerdict.FAILS),
        ({"Resource": "arn:aws:sns:eu-west-1:555555555555:other"}, DoctorVerdict.FAILS),
        # EventBridge says no source to SNS, not even the own account.
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "5" * 12}}}, DoctorVerdict.FAILS),
        ({"Condition": {"StringEquals": {"aws:SourceOwner": "5" * 12}}}, DoctorVerdict.FAILS),
    ],
)
def test_a_policy_is_read_as_eventbridge_meets_it(
    sandbox: Environment, aws: Aws, changed: dict[str, Any], verdict: DoctorVerdict
) -> None:
    aws.topics[WEEKLY]["Policy"] = admits(sandbox, WEEKLY, **changed)
    found, text = lines(sandbox, aws)[WEEKLY]
    assert found is verdict
    if verdict is DoctorVerdict.FAILS:
        assert '"Service": "events.amazonaws.com"' in text


def test_a_topic_of_the_platform_is_mended_by_its_plan(sandbox: Environment, aws: Aws) -> None:
    alone = publishes_alarms(sandbox, sandbox.arn("sns", PAGE))
    aws.topics[PAGE]["Policy"] = policy_document(alone)
    verdict, text = lines(sandbox, aws)[PAGE]
    assert verdict is DoctorVerdict.FAILS
    assert "apply sandbox-platform" in text


@pytest.mark.parametrize(
    "key",
    [
        '{"Version": "2012-10-17", "Statement": []}',
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    encrypts_events().as_document()
                    | {"Condition": {"StringEquals": {"aws:SourceAccount": "555555555555"}}}
                ],
            }
        ),
    ],
    ids=["nobody", "by-source"],
)
def test_a_key_that_eventbridge_cannot_use_is_found(
    sandbox: Environment, aws: Aws, key: str
) -> None:
    aws.key = key
    assert {verdict for verdict, _ in lines(sandbox, aws).values()} == {DoctorVerdict.FAILS}


def test_the_key_of_aws_is_refused(sandbox: Environment, aws: Aws) -> None:
    aws.topics[WEEKLY]["KmsMasterKeyId"] = "alias/aws/sns"
    verdict, text = lines(sandbox, aws)[WEEKLY]
    assert verdict is DoctorVerdict.FAILS
    assert "encrypt it with a key of the account" in text


def test_a_topic_that_is_not_there_and_one_that_may_not_be_read(
    sandbox: Environment, aws: Aws
) -> None:
    for name in (PAGE, WEEKLY):
        del aws.topics[name]
    aws.denies = {TICKET}
    found = lines(sandbox, aws)
    assert [verdict for verdict, _ in found.values()] == [
        DoctorVerdict.NOT_SHOWN,
        DoctorVerdict.NOT_SHOWN,
        DoctorVerdict.FAILS,
    ]
    assert "apply sandbox-platform first" in found[PAGE][1]
    assert "allow sns:GetTopicAttributes" in found[TICKET][1]
    assert "create it, or name another" in found[WEEKLY][1]


def test_nothing_is_asked_of_an_account_that_nobody_watches(sandbox: Environment, aws: Aws) -> None:
    unwatched = sandbox.model_copy(update={"watching": None})
    assert list(finding_topic_lines(unwatched, aws)) == []
