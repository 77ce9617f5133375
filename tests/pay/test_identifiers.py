"""Ids of AWS and of registries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.identifiers import (
    ACCOUNT_ID,
    DIGEST,
    PARAMETER_ARN,
    SECRET_ARN,
    account_of,
    arn_of,
    digest_of,
)


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("arn:aws:iam::555555555555:role/puller", "555555555555"),
        ("arn:aws:ecs:eu-west-1:555555555555:task-definition/connector:7", "555555555555"),
        ("arn:aws:kms:eu-west-1:*:key/*", "*"),
        ("arn:aws:s3:::bucket/a:b", ""),
        ("arn:aws:iam::555555555555", None),
        ("555555555555", None),
        ("*", None),
        ("", None),
    ],
)
def test_an_arn_has_its_account_in_the_fifth_part(text: str, account: str | None) -> None:
    assert account_of(text) == account


@given(st.from_regex(ACCOUNT_ID, fullmatch=True), st.text())
def test_whatever_the_resource_is_called_the_account_is_read(account: str, resource: str) -> None:
    assert account_of(f"arn:aws:sqs:eu-west-1:{account}:{resource}") == account
    assert re.fullmatch(ACCOUNT_ID, account)


def test_a_digest_is_that_of_the_bytes() -> None:
    # OCI image specification, "Empty descriptor": the digest of `{}`.
    empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest_of(b"{}") == empty
    assert re.fullmatch(DIGEST, empty)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("arn:aws:secretsmanager:eu-west-1:555555555555:secret:test-12/ledger", "test-12/ledger"),
        ("arn:aws-us-gov:secretsmanager:us-gov-west-1:555555555555:secret:one", "one"),
        ("arn:aws:secretsmanager:*:${var.account}:secret:*", "*"),
        ("arn:aws:secretsmanager:eu-west-1:555555555555:other:one", None),
        ("arn:of-nobody:secretsmanager:eu-west-1:555555555555:secret:one", None),
    ],
)
def test_the_arn_of_a_secret_leads_to_its_name(text: str, name: str | None) -> None:
    arn = re.match(SECRET_ARN, text)
    assert (text[arn.end() :] if arn else None) == name


def test_the_arn_of_a_parameter_leads_to_its_name() -> None:
    text = arn_of("ssm", "eu-west-1", "555555555555", "parameter/test-12/one")
    arn = re.match(PARAMETER_ARN, text)
    assert arn
    assert text[arn.end() :] == "test-12/one"
