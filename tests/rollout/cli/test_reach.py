"""`pay reach` where it cannot answer: exit code 2, and every reason at once."""

from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from rollout.contracts.reach.network import ACTIONS
from tests.support.checkout import Pay, PayJson


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """None from anywhere else."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets AWS deny everything but the account's id and its VPC; holds the calls."""
    calls: list[str] = []

    def answer(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "GetCallerIdentity":
            return {"Account": "555555555555"}
        calls.append(f"{client.meta.service_model.signing_name}:{operation}")
        if operation == "DescribeVpcs":
            return {"Vpcs": [{"VpcId": "vpc-1", "CidrBlockAssociationSet": []}]}
        if operation == "DescribeSecurityGroups":
            listed: dict[str, Any] = {"IpProtocol": "-1", "UserIdGroupPairs": [], "IpRanges": []}
            listed["PrefixListIds"] = [{"PrefixListId": "pl-1"}]
            group = {"GroupId": "sg-1", "GroupName": "other", "IpPermissionsEgress": []}
            return {"SecurityGroups": [{**group, "IpPermissions": [listed]}]}
        error = {"Code": "AccessDenied", "Message": f"not allowed to {operation}"}
        raise ClientError({"Error": error}, operation)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)
    return calls


def test_an_unknown_environment_or_service_is_wrong_use(pay: Pay) -> None:
    assert pay("reach", "nowhere").exit_code == 2
    assert pay("reach", "sandbox", "nobody").exit_code == 2


def test_a_mistake_in_a_file_is_wrong_use(pay: Pay, checkout: Any) -> None:
    checkout.set("sandbox", "colour = 1")
    assert pay("reach", "sandbox").exit_code == 2


def test_an_endpoint_that_does_not_answer_is_not_reached(
    pay_json: PayJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    code, answer = pay_json("reach", "sandbox")
    assert code == 2
    assert [each["gate"] for each in answer["findings"]] == ["connection"]


def test_denied_calls_are_reported_at_once_with_every_action_that_is_needed(
    pay_json: PayJson, called: list[str]
) -> None:
    code, answer = pay_json("reach", "sandbox")
    assert code == 2
    denied = {each["gate"] for each in answer["findings"]}
    assert denied == set(ACTIONS) - {"ec2:DescribeVpcs", "ec2:DescribeSecurityGroups"}
    assert all(action in answer["findings"][0]["fix"] for action in ACTIONS)


def test_the_actions_are_those_that_are_called_and_none_more_often_than_needed(
    pay: Pay, called: list[str]
) -> None:
    pay("reach", "sandbox")
    assert set(called) == set(ACTIONS)
    assert len(called) == len(ACTIONS)
