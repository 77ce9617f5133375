"""Ids of AWS and of registries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.identifiers import ACCOUNT_ID, account_of


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
