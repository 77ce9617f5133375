"""Every place in a container where a secret may lie in plain text."""

from typing import Any

import pytest

from pay.containers.secrets import plain_secrets
from pay.unread import Unread


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ({"environment": [{"name": "DB_PASSWORD", "value": "hunter2"}]}, "variable DB_PASSWORD"),
        ({"environment": [{"name": "DB_PASSWORD", "value": 123456}]}, "variable DB_PASSWORD"),
        ({"command": ["run", "--password", "hunter2"]}, "command"),
        ({"command": ["run", "--password", 123456]}, "command"),
        ({"entryPoint": ["AKIAIOSFODNN7EXAMPLE"]}, "entryPoint"),
        (
            {"healthCheck": {"command": ["CMD", "curl", "-u", "admin:hunter2", "http://x"]}},
            "healthCheck.command",
        ),
        ({"dockerLabels": {"api_key": "hunter2"}}, "label api_key"),
    ],
)
def test_detects_a_secret(written: dict[str, Any], where: str) -> None:
    assert [place for place, _ in plain_secrets({"name": "app", **written})] == [where]


def test_a_reference_to_a_secret_is_not_one() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db"
    container = {
        "name": "app",
        "environment": [{"name": "DB_PASSWORD", "value": arn}],
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": "anything"}],
        "command": ["mysqladmin", "--password", "$DB_PASSWORD"],
    }
    assert list(plain_secrets(container)) == []


@pytest.mark.parametrize(
    "written",
    [
        {"environment": ["DB_PASSWORD=hunter2"]},
        {"command": [["--password", "hunter2"]]},
        {"healthCheck": "CMD hunter2"},
        {"dockerLabels": ["api_key=hunter2"]},
    ],
)
def test_refuses_a_form_in_which_a_secret_could_hide(written: dict[str, Any]) -> None:
    with pytest.raises(Unread):
        list(plain_secrets({"name": "app", **written}))
