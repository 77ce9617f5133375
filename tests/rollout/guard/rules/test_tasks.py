"""What the guard refuses about task definitions: images and secrets."""

from typing import Any

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge
from tests.support.plans import (
    EC2,
    REGISTRY,
    RELEASED_IMAGE,
    Json,
    change,
    container,
    plan,
    task_definition,
)


def found(refused: Judge, *changes: Json) -> set[str]:
    return {refusal.rule for refusal in refused(plan(EC2, *changes), stage=Stage.LEGACY)}


def released(refused: Judge, **changes: Any) -> set[str]:
    return found(refused, task_definition([container()], [container(**changes)]))


def with_variable(name: str, value: str) -> list[Json]:
    """The variables of a container and one more."""
    return [*container()["environment"], {"name": name, "value": value}]


def test_lets_a_release_pass(refused: Judge) -> None:
    assert released(refused, image=RELEASED_IMAGE) == set()
    assert released(refused, image=f"{REGISTRY}/publicauth@sha256:{'a' * 64}") == set()


@pytest.mark.parametrize(
    "image",
    [
        f"{REGISTRY}/publicauth",
        f"{REGISTRY}/publicauth:latest",
        f"{REGISTRY}/publicauth:LATEST",
        f"{REGISTRY}/publicauth:main",
        f"{REGISTRY}/publicauth:latest-master",
        f"{REGISTRY}/publicauth:v1-latest",
        f"{REGISTRY}/publicauth:main.snapshot",
        "registry:5000/publicauth",
        f"{REGISTRY}/publicauth@sha256:abc",
        f"{REGISTRY}/publicauth:",
        "",
        None,
        7,
    ],
)
def test_refuses_an_image_that_is_not_pinned(refused: Judge, image: object) -> None:
    assert released(refused, image=image) == {"pins-every-image"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("ANYTHING", "AKIAIOSFODNN7EXAMPLE"),
        ("STRIPE", "sk_live_" + "a1B2c3D4" * 3),
        ("DATABASE_URL", "postgres://user:hunter22@db.test/publicauth"),
        ("SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@sentry.test/1"),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
        ("JAVA_OPTS", "-Xmx256m -Djavax.net.ssl.trustStorePassword=changeit"),
        ("SESSION_ENCRYPTION_KEY", "abcdefghijklmnop"),
        ("SEED", "qX9vT2mZ7pLr4WcK8nYs3HbD6gJf1RtE"),
        ("HASH", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ],
)
def test_refuses_a_secret_in_plain_text(refused: Judge, name: str, value: str) -> None:
    variables = with_variable(name, value)
    assert released(refused, environment=variables) == {"writes-no-secret-in-plain-text"}


@pytest.mark.parametrize(
    "changes",
    [
        {"command": ["run", "--password=hunter2"]},
        {"command": ["run", "--password", "hunter2"]},
        {"command": ["run", "--password", 123456]},
        {"healthCheck": {"command": ["CMD", "curl", "-u", "admin:hunter2", "http://localhost"]}},
        {"entryPoint": ["AKIAIOSFODNN7EXAMPLE"]},
        {"dockerLabels": {"api_key": "hunter2"}},
    ],
)
def test_looks_for_secrets_beside_the_variables(refused: Judge, changes: Json) -> None:
    assert "writes-no-secret-in-plain-text" in released(refused, **changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD_RESET_URL", "https://selfservice.sandbox.pymnt.uk/reset"),
        ("TOKEN_LIFETIME", "3600"),
        ("SECRETS_ENABLED", "true"),
        ("TOKEN_TTL", "90m"),
        ("PUBLIC_AUTH_URL", "https://publicauth.test-12.pymnt.internal/v1/api/auth"),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:555555555555:secret:a"),
        ("SECURITY_GROUPS", "sg-0123456789abcdef0,sg-0fedcba9876543210"),
        ("SUBNETS", "subnet-0123456789abcdef0,subnet-0fedcba9876543210"),
        ("JAVA_OPTS", "-Xms256m -Dhttps.proxyHost=egress.test-12.pymnt.internal"),
        ("RUN", "6f1c1c52-7d55-4b0a-9b2e-2f9f1d6f0a11"),
    ],
)
def test_takes_no_ordinary_value_for_a_secret(refused: Judge, name: str, value: str) -> None:
    assert released(refused, environment=with_variable(name, value)) == set()


@pytest.mark.parametrize(
    "definitions", ["", "{}", "[]", "not json", '[{"image": "x:1"}]', '[{"name": 1}]', None, 7]
)
def test_refuses_container_definitions_that_it_cannot_read(
    refused: Judge, definitions: object
) -> None:
    task = change("aws_ecs_task_definition.task", None, {"container_definitions": definitions})
    assert found(refused, task) == {"writes-no-secret-in-plain-text", "pins-every-image"}


def test_refuses_container_definitions_that_are_known_only_after_apply(refused: Judge) -> None:
    task = task_definition([container()], [container()], unknown={"container_definitions": True})
    assert found(refused, task) == {
        "keeps-its-containers",
        "pins-every-image",
        "writes-no-secret-in-plain-text",
    }


@pytest.mark.parametrize("variables", [[{"value": "x"}], "x", [{"name": "A"}, {"name": "A"}], [7]])
def test_refuses_variables_that_are_no_pairs(refused: Judge, variables: object) -> None:
    assert released(refused, environment=variables) == {
        "keeps-its-variables",
        "writes-no-secret-in-plain-text",
    }
