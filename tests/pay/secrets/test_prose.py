"""A comment may speak about a secret, and hold none."""

import pytest

from pay.secrets.prose import in_prose

# Put together here, so that no file of the repository holds what a search for secrets would find.
KEY = "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYEXAMPLEKEY"
SECRETS = [
    f"secret_access_key: {KEY}",
    f"aws_secret_access_key={KEY}",
    f"was {KEY} until May",
    "password: hunter2",
    "password : hunter2",
    "PASSWORD=hunter2",
    "the db password: Winter2024!",
    "password: hunter2 (rotated in May)",
    "password: swordfish",
    "password: swordfish.",
    "password = swordfish",
    'password = "swordfish"',
    "password: 'correct-horse'",
    "token = xyz",
    "token: abc123def456",
    "token: a1b2c3, expires in May",
    "auth_token: abcdef",
    "api_key: abcdef",
    "apiKey: abcdef",
    'prometheus_password = "hunter2"',
    "db.password=12345678",
    "client-secret: 9f8e7d6c5b4a",
    "DB_PASSWORD: p@ss word",
]
BENIGN = [
    "password: see the vault",
    "password: in Secrets Manager, pay/connector",
    "Password: ask the team",
    "password = see the vault",
    "password: rotated",
    "password: none",
    "password: never.",
    "password: unset (it logs in by IAM)",
    "password: ${DB_PASSWORD}",
    "password: $DB_PASSWORD",
    "password: <from the vault>",
    "password: ********",
    "password: xxxx",
    "password: pay/production-2/connector",
    "password: https://vault.example.org/pay",
    "password: arn:aws:secretsmanager:eu-west-1:111111111111:secret:connector/db-AbCdEf",
    "password_length: 12",
    "passwords: 12 characters at least",
    "password:",
    "the token rotates",
    "the token: rotates",
    "token: rotates monthly",
    "tokens: 3",
    "token = rotated",
    "secret: nobody knows",
    "secrets: Secrets Manager has them",
    "the access key was rotated on 2026-11-01",
    "access key: rotated on 2026-11-01",
    "key: value",
    "kms_key = alias/pay",
    "changed in 2c0a765f0f3a4b1c9d8e7f6a5b4c3d2e1f0a9b8c",
    "docs/decisions/0143-refuse-at-load-what-aws-would-refuse.md says why",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    "Real payments pass here: no, sandbox accounts and stubs are used.",
    ":schema ./environment.schema.json",
    "arn:aws:iam::444444444444:role/test-12-prometheus-write",
]


@pytest.mark.parametrize("comment", SECRETS)
def test_detects_a_secret(comment: str) -> None:
    assert [secret.why for secret in in_prose(f" {comment}")]


@pytest.mark.parametrize("comment", BENIGN)
def test_lets_a_sentence_be(comment: str) -> None:
    assert [secret.why for secret in in_prose(f" {comment}")] == []
