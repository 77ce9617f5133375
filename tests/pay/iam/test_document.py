"""Policy documents are read whole, or refused, and written as they are read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.iam.document import Statement, policy_document, read_policy
from pay.unread import Unread

READ: dict[str, Any] = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}


def only(**elements: Any) -> Statement:
    (statement,) = read_policy({"Statement": {**READ, **elements}})
    return statement


def test_one_value_and_a_list_of_one_are_the_same() -> None:
    assert only() == only(Action=["sqs:ReceiveMessage"], Resource=["*"])
    assert only(Condition={"Bool": {"aws:SecureTransport": False}}) == only(
        Condition={"Bool": {"AWS:SecureTransport": ["false"]}}
    )


def test_the_name_of_a_statement_says_nothing() -> None:
    assert only(Sid="One") == only(Sid="Other")
    assert only() != only(Effect="Deny")
    assert only() != only(NotPrincipal={"AWS": "*"})


def test_everybody_is_everybody_in_both_spellings() -> None:
    assert only(Principal="*").principals == only(Principal={"AWS": "*"}).principals
    assert only(Principal="*").principals == (("AWS", "*"),)
    assert only().principals == ()


@pytest.mark.parametrize("operator", ["StringEquals", "ArnLike", "StringEqualsIgnoreCase"])
def test_a_condition_limits_to_what_it_names(operator: str) -> None:
    statement = only(Condition={operator: {"AWS:SourceAccount": ["1", "2"]}})
    assert statement.limited_to("aws:SourceAccount") == ("1", "2")
    assert statement.limited_to("aws:SourceArn") == ()


@pytest.mark.parametrize(
    "operator",
    [
        "StringNotEquals",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "Null",
        "Bool",
    ],
)
def test_a_condition_that_lets_others_through_limits_nothing(operator: str) -> None:
    statement = only(Condition={operator: {"aws:SourceAccount": "1"}})
    assert statement.limited_to("aws:SourceAccount") == ()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (None, "None is not a policy document"),
        ({}, "not a policy document"),
        ("text", "not a policy document"),
        ({"Statement": ["Allow"]}, "'Allow', not an object"),
        ({"Statement": {"Action": "a:b"}}, "the effect None"),
        ({"Statement": {**READ, "Effect": "allow"}}, "the effect 'allow'"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "neither Action nor NotAction"),
        ({"Statement": {**READ, "notResource": "*"}}, "notResource, which policies do not know"),
        ({"Statement": {**READ, "Action": ["a:b", 7]}}, "holds more than text"),
        ({"Statement": {**READ, "Principal": 7}}, "neither text nor an object"),
        ({"Statement": {**READ, "Condition": ["x"]}}, "not an object of objects"),
        ({"Statement": {**READ, "Condition": {"Bool": "x"}}}, "not an object of objects"),
        ({"Statement": {**READ, "Condition": {"Bool": {"k": {}}}}}, "holds more than text"),
    ],
)
def test_refuses_what_is_not_a_policy(document: object, says: str) -> None:
    with pytest.raises(Unread, match=says):
        read_policy(document)


NAMES = st.sampled_from(["a:B", "a:C", "*", "arn:aws:sqs:::q"])
LISTS = st.lists(NAMES, min_size=1, max_size=3, unique=True)
STATEMENTS = st.builds(
    Statement,
    sid=st.sampled_from(["One", ""]),
    actions=LISTS.map(sorted).map(tuple),
    resources=LISTS.map(tuple),
    principal=st.none()
    | st.dictionaries(st.sampled_from(["AWS", "Service"]), LISTS.map(tuple), min_size=1),
    conditions=st.dictionaries(
        st.sampled_from(["StringEquals", "ArnLike"]),
        st.dictionaries(st.sampled_from(["aws:a", "aws:b"]), LISTS.map(tuple), min_size=1),
    ),
    effect=st.sampled_from(["Allow", "Deny"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=3))
def test_what_is_written_is_read_as_the_same(statements: list[Statement]) -> None:
    assert list(read_policy(json.loads(policy_document(*statements)))) == statements
