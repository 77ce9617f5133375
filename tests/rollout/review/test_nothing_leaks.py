"""Secrets and sensitive values never appear, whatever holds them, and no text becomes markup."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.model import Environment, Stage
from pay.model.problem import InvalidInput
from tests.support.mutations import damaged
from tests.support.plans import (
    EC2,
    Json,
    at,
    change,
    container,
    plan,
    records,
    task_definition,
    traffic,
)
from tests.support.review_pages import pages

SECRET = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture(scope="session")
def sandbox(environments: dict[str, Environment]) -> Environment:
    return at(environments["sandbox"], Stage.QUARTER)


def where(secret: str) -> dict[str, Json]:
    """A secret in every place of a plan that a review reads."""
    named = {"name": "DB_PASSWORD", "value": secret}
    return {
        "a variable": task_definition([container()], [container(environment=[named])]),
        "a variable before": task_definition([container(environment=[named])], [container()]),
        "a command": task_definition([container()], [container(command=["-p", secret])]),
        "a label": task_definition([container()], [container(dockerLabels={"k": secret})]),
        "an option of the log": task_definition(
            [container()],
            [container(logConfiguration={"options": {"splunk-token": secret}})],
        ),
        "an attribute": change("aws_lb.alb", {"name": "a"}, {"name": secret}),
        "a tag": change("aws_lb.alb", {"tags": {"a": "b"}}, {"tags": {"a": secret}}),
        "a nested list": change("aws_x.y", {"a": [1]}, {"a": [{"b": [secret, {"c": secret}]}]}),
        "a JSON document": change("aws_x.y", {"a": "{}"}, {"a": json.dumps({"b": [secret]})}),
        "user data": change("aws_launch_template.t", {"user_data": "a"}, {"user_data": secret}),
        "a policy": change(
            "aws_iam_role_policy.p",
            {"role": "r", "policy": '{"Statement": []}'},
            {
                "role": "r",
                "policy": json.dumps(
                    {"Statement": {"Effect": "Allow", "Action": secret, "Resource": "*"}}
                ),
            },
        ),
    }


@pytest.mark.parametrize("place", where(SECRET))
def test_masks_what_looks_like_a_secret(sandbox: Environment, place: str) -> None:
    for page in pages(sandbox, plan(EC2, where(SECRET)[place])):
        assert SECRET not in page


WORD = "Sw0rdfish"
"""A secret that nothing gives away but what stands around it."""

LOGIN = b64encode(f"pay:{WORD}".encode()).decode()

SHAPES = {
    "a key of AWS": (SECRET, SECRET),
    "a token of GitHub": (f"ghp_{WORD * 4}", WORD),
    "a password in an address": (f"postgres://pay:{WORD}@db/pay", WORD),
    "a password in an address without a user": (f"redis://:{WORD}@cache:6379/0", WORD),
    "a password of a connection": (f"Server=db;Uid=pay;Pwd={WORD};", WORD),
    "a login in a header": (f"Basic {LOGIN}", LOGIN),
    "a password in a query": (f"jdbc:postgresql://db/pay?user=pay&password={WORD}", WORD),
    "a password in JSON": (json.dumps({"password": WORD}), WORD),
    "a password in YAML": (f"password: {WORD}", WORD),
    "a Java property": (f"-Djavax.net.ssl.trustStorePassword={WORD}", WORD),
    "an option": (f"run --password {WORD}", WORD),
    "a login of curl": (f"curl -u admin:{WORD} http://localhost", WORD),
    "a private key": (f"-----BEGIN PRIVATE KEY-----\n{WORD}\n-----END PRIVATE KEY-----", WORD),
}
"""Text with a secret in it, and what must not be seen of it."""


def places(text: str) -> dict[str, Json]:
    """Where people write such a text."""
    words = text.split(" ")
    return {
        "a new variable": _released(environment=[{"name": "CONFIG", "value": text}]),
        "a command": _released(command=["sh", "-c", text]),
        "the words of a command": _released(command=words),
        "a health check": _released(healthCheck={"command": ["CMD-SHELL", text]}),
        "the words of a health check": _released(healthCheck={"command": ["CMD", *words]}),
        "a container that is new": change(
            "aws_ecs_task_definition.task",
            None,
            {
                "container_definitions": json.dumps(
                    [container(command=words, dockerLabels={"k": text})]
                )
            },
        ),
        "an attribute": change("aws_lb.alb", {"name": "a"}, {"name": text}),
        "a new resource": change("aws_lb.alb", None, {"name": text, "internal": True}),
        "an attribute of a security group": change(
            "aws_security_group.sg", {"description": "a"}, {"description": text}
        ),
    }


def _released(**changes: Any) -> Json:
    return task_definition([container()], [container(**changes)])


@pytest.mark.parametrize("place", places(""))
@pytest.mark.parametrize("shape", SHAPES)
def test_masks_every_shape_in_every_place(sandbox: Environment, shape: str, place: str) -> None:
    text, secret = SHAPES[shape]
    for page in pages(sandbox, plan(EC2, places(text)[place])):
        assert secret not in page


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_every_shape_in_the_reason_of_break_glass(sandbox: Environment, shape: str) -> None:
    text, secret = SHAPES[shape]
    fewer = plan(EC2, change("aws_ecs_service.s", {"desired_count": 2}, {"desired_count": 1}))
    for page in pages(sandbox, fewer, allowed={"keeps-desired-count": f"try {text} then"}):
        assert "Break-glass" in page
        assert secret not in page


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_every_shape_in_the_message_of_a_check(sandbox: Environment, shape: str) -> None:
    text, secret = SHAPES[shape]
    check = {
        "address": {"to_display": "check.health"},
        "status": "fail",
        "instances": [{"problems": [{"message": f"found {text} there"}]}],
    }
    for page in pages(sandbox, plan(EC2, change("aws_lb.a", {"a": 1}, {"a": 2}), checks=[check])):
        assert "check.health" in page.replace("\\", "")
        assert secret not in page


@pytest.mark.parametrize("name", ["DB_PASS", "PGPASS", "STRIPE_KEY", "MYSQL_PWD", "PASSWORD1"])
def test_masks_a_variable_by_its_name(sandbox: Environment, name: str) -> None:
    variable = {"name": name, "value": WORD}
    for page in pages(sandbox, plan(EC2, _released(environment=[variable]))):
        assert name in page.replace("\\", "")
        assert WORD not in page


def test_masks_a_secret_that_a_cut_would_halve(sandbox: Environment) -> None:
    text = "word " * 98 + f"postgres://pay:{WORD}@db/pay"
    check = {
        "address": {"to_display": "check.a"},
        "status": "fail",
        "instances": [{"problems": [{"message": text}]}],
    }
    for page in pages(sandbox, plan(EC2, change("aws_lb.a", {"a": 1}, {"a": 2}), checks=[check])):
        assert WORD[:4] not in page


@pytest.mark.parametrize(
    ("before_sensitive", "after_sensitive"),
    [
        ({"value": True}, {}),
        ({}, {"value": True}),
        (True, False),
        (False, True),
        ({}, {"value": [{"inner": True}]}),
    ],
)
def test_honours_what_terraform_calls_sensitive(
    sandbox: Environment, before_sensitive: Any, after_sensitive: Any
) -> None:
    entry = change(
        "aws_lb.alb",
        {"value": [{"inner": "plain-old-word"}]},
        {"value": [{"inner": "plain-new-word"}]},
        before_sensitive=before_sensitive,
        after_sensitive=after_sensitive,
    )
    for page in pages(sandbox, plan(EC2, entry)):
        assert "plain-old-word" not in page
        assert "plain-new-word" not in page
        assert "sensitive" in page


def test_honours_sensitive_container_definitions(sandbox: Environment) -> None:
    task = task_definition(
        [container()],
        [container(environment=[{"name": "WORD", "value": "plain-new-word"}], user="0")],
        after_sensitive={"container_definitions": True},
    )
    for page in pages(sandbox, plan(EC2, task)):
        assert "plain-new-word" not in page


HOSTILE = "`</code>|<script>alert(1)</script> @everyone [x](http://evil.test) ```"


def test_no_value_becomes_markup(sandbox: Environment) -> None:
    entry = change("aws_lb.alb", {"name": "a"}, {"name": HOSTILE})
    variables = task_definition(
        [container()], [container(environment=[{"name": "WORD", "value": HOSTILE}])]
    )
    markdown, html = pages(sandbox, plan(EC2, entry, variables))
    assert "<script>" not in html
    assert "<script>" not in _outside_code(markdown)
    assert "@everyone" not in _outside_code(markdown)


def _outside_code(markdown: str) -> str:
    """The text that GitHub reads as Markdown: code spans of three and more backticks taken out."""
    parts = markdown.split("````")
    return "".join(parts[::2])


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_never_crashes_on_a_plan_that_can_be_read(
    sandbox: Environment, data: st.DataObject
) -> None:
    plans = [
        traffic(records(95, 5), records(75, 25)),
        plan(EC2, *where(SECRET).values()),
    ]
    document = data.draw(damaged(data.draw(st.sampled_from(plans))))
    try:
        found = pages(sandbox, document)
    except InvalidInput:
        return
    assert all(SECRET not in page for page in found)
