"""Container definitions are read whole, or refused."""

from typing import Any

import pytest

from pay.containers.definitions import pairs, read_containers, table, words
from pay.unread import Unread


@pytest.mark.parametrize(
    ("definitions", "says"),
    [
        (None, "None, not a list"),
        ([], "not a list"),
        ({"name": "app"}, "an object of name, not a list"),
        ("text", "'text', not a list"),
        (["app"], "'app', not an object with a name"),
        ([{"image": "app:1"}], "an object of image, not an object with a name"),
        ([{"name": ""}], "not an object with a name"),
        ([{"name": "app"}, {"name": "app"}], "not an object with a name of its own"),
    ],
)
def test_refuses_what_is_not_a_list_of_named_containers(definitions: object, says: str) -> None:
    with pytest.raises(Unread, match=says):
        read_containers(definitions)


def test_reads_containers_in_their_order() -> None:
    definitions = [{"name": "app"}, {"name": "nginx"}]
    assert read_containers(definitions) == ({"name": "app"}, {"name": "nginx"})


def test_a_message_never_repeats_what_a_container_holds() -> None:
    nameless = {"environment": [{"name": "DB_PASSWORD", "value": "hunter2"}]}
    with pytest.raises(Unread) as refusal:
        read_containers([nameless])
    assert "hunter2" not in str(refusal.value)


def test_pairs_are_variables_or_secrets_by_their_names() -> None:
    container = {
        "name": "app",
        "environment": [{"name": "PORT", "value": "8080"}],
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn"}],
    }
    assert pairs(container, "environment") == {"PORT": "8080"}
    assert pairs(container, "secrets") == {"DB_PASSWORD": "arn"}
    assert pairs({"name": "app"}, "secrets") == {}


@pytest.mark.parametrize(
    "entries",
    [
        "${local.environment}",
        {"name": "PORT"},
        ["PORT=8080"],
        [{"value": "8080"}],
        [{"name": "PORT", "value": "1"}, {"name": "PORT", "value": "2"}],
    ],
)
def test_refuses_variables_that_are_not_named_pairs(entries: Any) -> None:
    with pytest.raises(Unread, match="container app: environment"):
        pairs({"name": "app", "environment": entries}, "environment")


def test_a_table_may_be_missing_and_is_an_object() -> None:
    container = {"name": "app", "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}
    assert table(container, "linuxParameters", "capabilities") == {"drop": ["ALL"]}
    assert table(container, "logConfiguration", "options") == {}
    with pytest.raises(Unread, match="container app: logConfiguration is"):
        table({"name": "app", "logConfiguration": "${local.logs}"}, "logConfiguration")


def test_a_command_is_words_of_text_or_numbers() -> None:
    container = {
        "name": "app",
        "command": ["sleep", 5],
        "entryPoint": "sh",
        "healthCheck": {"command": [{}]},
    }
    assert words(container, "command") == ("sleep", "5")
    assert words(container, "entryPoint") == ("sh",)
    assert words({"name": "app"}, "healthCheck", "command") == ()
    with pytest.raises(Unread, match=r"healthCheck\.command"):
        words(container, "healthCheck", "command")
