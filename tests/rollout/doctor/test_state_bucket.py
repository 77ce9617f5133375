"""The state bucket and the roles of pipelines, against moto."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pay.environments.load import load_environments
from pay.model import Environment
from rollout.doctor.line import DoctorLine, DoctorVerdict
from rollout.doctor.roles import role_lines
from rollout.doctor.state_bucket import state_lines
from tests.conftest import ROOT
from tests.support import aws_cli

Client = Callable[[str], Any]
ACCOUNT = "123456789012"
"""Of moto."""
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipelines/apply"
CHECKS = [f"state bucket{part}" for part in ("", ": versions", ": encryption", ": privacy")]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield lambda service: boto3.client(service, region_name="eu-west-1")


@pytest.fixture(scope="module")
def environments() -> Mapping[str, Environment]:
    return load_environments(ROOT / "environments")


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-12"].model_copy(update={"account_id": ACCOUNT})


def make_bucket(bucket: str, region: str = "eu-west-1") -> None:
    s3 = boto3.client("s3", region_name=region)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True)
    )


def verdicts(lines: Iterator[DoctorLine]) -> dict[str, DoctorVerdict]:
    return {line.check: line.verdict for line in lines}


def test_the_commands_of_the_page_make_the_bucket_as_it_should_be(
    environment: Environment, client: Client, block: str
) -> None:
    aws_cli.run_block(block, client)
    found = verdicts(state_lines(environment, client, None))
    assert found == {
        **dict.fromkeys(CHECKS, DoctorVerdict.OK),
        "state bucket: locks": DoctorVerdict.NOT_SHOWN,
    }


def suspend(client: Client, bucket: str) -> None:
    client("s3").put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
    )


def open_up(client: Client, bucket: str) -> None:
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True}
    client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)


FAULTS: dict[str, Callable[[Client, str], Any]] = {
    "state bucket: versions": suspend,
    "state bucket: encryption": lambda client, bucket: client("s3").delete_bucket_encryption(
        Bucket=bucket
    ),
    "state bucket: privacy": open_up,
}


@pytest.mark.parametrize("check", FAULTS)
def test_each_fault_is_its_own_line(environment: Environment, client: Client, check: str) -> None:
    bucket = str(environment.state.bucket)
    make_bucket(bucket)
    FAULTS[check](client, bucket)
    lines = list(state_lines(environment, client, None))
    [fault] = [line for line in lines if line.verdict is DoctorVerdict.FAILS]
    assert fault.check == check
    assert fault.fix.startswith("turn it on: aws s3api put-")


def test_a_public_access_block_that_was_deleted(environment: Environment, client: Client) -> None:
    bucket = str(environment.state.bucket)
    make_bucket(bucket)
    client("s3").delete_public_access_block(Bucket=bucket)
    assert verdicts(state_lines(environment, client, None))["state bucket: privacy"] == "fails"


def test_a_bucket_that_is_not_there(environment: Environment, client: Client) -> None:
    [line] = state_lines(environment, client, None)
    assert line.verdict is DoctorVerdict.FAILS
    assert line.shown == f"{environment.state.bucket} is not there"
    assert "docs/tasks/start-with-a-real-account.md" in line.fix


def test_a_bucket_of_another_region(environment: Environment, client: Client) -> None:
    make_bucket(str(environment.state.bucket), region="eu-west-2")
    first = next(iter(state_lines(environment, client, None)))
    assert (first.verdict, first.fix) == (DoctorVerdict.FAILS, "it has to be in eu-west-1")


def test_a_state_on_this_machine(environments: Mapping[str, Environment], client: Client) -> None:
    [line] = state_lines(environments["sandbox"], client, None)
    assert line.verdict is DoctorVerdict.OK


@pytest.mark.parametrize(
    ("denied", "verdict"), [((), DoctorVerdict.OK), (("s3:DeleteObject",), DoctorVerdict.FAILS)]
)
def test_the_role_that_applies_locks(
    environment: Environment, client: Client, denied: tuple[str, ...], verdict: DoctorVerdict
) -> None:
    """moto cannot simulate a policy; this answers as IAM does (API reference)."""

    class Iam:
        def simulate_principal_policy(self, **asked: Any) -> Any:
            [resource] = asked["ResourceArns"]
            assert resource.endswith("/test-12/any.tfstate.tflock")
            decisions = {
                a: "implicitDeny" if a in denied else "allowed" for a in asked["ActionNames"]
            }
            return {
                "EvaluationResults": [
                    {"EvalActionName": action, "EvalDecision": decision}
                    for action, decision in decisions.items()
                ]
            }

    make_bucket(str(environment.state.bucket))
    own: Client = lambda service: Iam() if service == "iam" else client(service)  # noqa: E731
    assert verdicts(state_lines(environment, own, ROLE))["state bucket: locks"] is verdict


@pytest.mark.parametrize(
    ("arn", "verdict"),
    [
        (ROLE, DoctorVerdict.OK),
        (None, DoctorVerdict.NOT_SHOWN),
        (f"arn:aws:iam::{ACCOUNT}:role/other", DoctorVerdict.FAILS),
        ("arn:aws:iam::222222222222:role/apply", DoctorVerdict.FAILS),
        ("apply", DoctorVerdict.FAILS),
    ],
)
def test_a_role_exists_in_this_account(
    environment: Environment, client: Client, arn: str | None, verdict: DoctorVerdict
) -> None:
    client("iam").create_role(RoleName="apply", Path="/pipelines/", AssumeRolePolicyDocument="{}")
    [line] = role_lines(environment, client, {"APPLY_ROLE_ARN": arn})
    assert line.verdict is verdict
