"""What a pattern of IAM really stands for."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.iam.patterns import includes, is_open_resource, matches

ARN = "arn:aws:secretsmanager:eu-west-1:111111111111:"


@pytest.mark.parametrize(
    "resource",
    ["*", "**", "arn:*", "arn:aws:kms:*", "arn:aws:kms:eu-west-1:*", f"{ARN}secret:*", f"{ARN}*"]
    + [f"{ARN}{rest}" for rest in ("secret:**", "secret:?*", "s*", "secret*", "secret:*-api")]
    + ["arn:aws:s3:::*-*", "arn:aws:s3:::*/*", "arn:aws:sqs:eu-west-1:111111111111:?*"]
    + ["arn:aws:*:eu-west-1:111111111111:key/a", "arn:aws:kms:eu-west-1:111111111111:key/*-*"]
    + ["arn:aws:kms:eu-west-1:111111111111:key/*", "arn:aws:iam::111111111111:role/*"],
)
def test_a_wildcard_before_a_name_is_open(resource: str) -> None:
    assert is_open_resource(resource)


@pytest.mark.parametrize(
    "resource",
    [
        f"{ARN}secret:production-2/connector",
        f"{ARN}secret:production-2/connector-??????",
        "arn:aws:logs:eu-west-1:111111111111:log-group:production-2_app:*",
        "arn:aws:sqs:eu-west-1:111111111111:production-2-capture",
        "arn:aws:s3:::pay-production-2-logs/*",
        "data.aws_secretsmanager_secret.connector.arn",
        "${aws_cloudwatch_log_group.trail.arn}:*",
    ],
)
def test_a_name_is_not_open(resource: str) -> None:
    assert not is_open_resource(resource)


@given(st.text("ab*?:/-", max_size=12), st.text("ab:/-"), st.text("ab:/-"))
def test_a_pattern_that_two_different_names_match_from_their_first_letter_is_open(
    pattern: str, one: str, other: str
) -> None:
    names = f"{ARN}secret:a{one}", f"{ARN}secret:b{other}"
    if all(fnmatchcase(name, ARN + pattern) for name in names):
        assert is_open_resource(ARN + pattern)


@given(st.text("ab:/-."))
def test_an_arn_without_a_wildcard_is_never_open(rest: str) -> None:
    assert not is_open_resource(ARN + rest)


@given(st.text("ab*?:", max_size=10), st.text("ab:", max_size=10))
def test_matches_as_the_shell_does(pattern: str, text: str) -> None:
    assert matches(pattern, text) is fnmatchcase(text, pattern)


def test_a_bracket_is_only_a_bracket() -> None:
    assert not matches("[ab]", "a")
    assert matches("[ab]", "[ab]")


def test_only_a_star_covers_a_wildcard() -> None:
    assert matches("key/*", "key/?")
    assert not matches("key/?", "key/*")


def test_actions_are_compared_in_any_case() -> None:
    assert includes(["SQS:Receive*"], "sqs:receivemessage")
    assert not includes(["sqs:Receive*"], "sqs:SendMessage")
