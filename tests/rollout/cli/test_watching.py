"""`pay watching` where AWS shows nothing: nothing is called off."""

from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from rollout.contracts.agent import read
from rollout.watching import settings
from tests.support.checkout import Pay, PayJson


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """None from anywhere else."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets AWS answer everything but the account's id with one code; holds code and calls."""
    state = ["AccessDeniedException"]

    def answer(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "GetCallerIdentity":
            return {"Account": "555555555555"}
        state.append(f"{client.meta.service_model.signing_name}:{operation}")
        raise ClientError({"Error": {"Code": state[0], "Message": "no"}}, operation)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)
    return state


def test_what_is_denied_is_not_ours_to_see(pay_json: PayJson, answers: list[str]) -> None:
    code, answer = pay_json("watching", "sandbox")
    assert (code, answer["all_on"]) == (0, True)
    assert {line["state"] for line in answer["lines"]} == {"not ours to see"}
    assert all(line["fix"].startswith("allow your role ") for line in answer["lines"])
    assert {*answers[1:]} <= {*settings.ACTIONS, *read.ACTIONS}


def test_what_the_board_is_denied_is_no_failure(pay_json: PayJson, answers: list[str]) -> None:
    code, rows = pay_json("stages", "sandbox", "--watched")
    assert code == 0
    sides = [side for row in rows for side in row["watched"]]
    assert sides
    assert all(side["state"] == "not ours to see" for side in sides)
    assert all("ListTasks" in side["denied"] for side in sides)


def test_says_how_much_is_not_ours_to_see(pay: Pay, answers: list[str]) -> None:
    shown = pay("watching", "sandbox", columns=200)
    assert shown.exit_code == 0
    assert "sandbox: nothing is off. Not ours to see: " in shown.stdout


def test_any_other_answer_of_aws_is_a_failure(pay: Pay, answers: list[str]) -> None:
    answers[0] = "ThrottlingException"
    result = pay("watching", "sandbox")
    assert result.exit_code == 2
    assert "ThrottlingException" in result.stderr


def test_wrong_use_ends_with_2(pay: Pay, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pay("watching", "nowhere").exit_code == 2
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert pay("watching", "sandbox").exit_code == 2
