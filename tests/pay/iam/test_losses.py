"""Whether policies still allow what is needed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.iam.document import Statement, read_policy
from pay.iam.grants import Grant
from pay.iam.losses import given_up, losses

SEND: dict[str, Any] = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "arn:a:q"}
VIA = {"StringEquals": {"kms:ViaService": "sqs"}}


def policy(*statements: dict[str, Any]) -> tuple[Statement, ...]:
    return read_policy({"Statement": [{**SEND, **each} for each in statements]})


NEED = policy({})


def test_words_say_what_is_lost_and_how() -> None:
    assert losses(NEED, (), NEED) == ["no longer allows sqs:SendMessage on arn:a:q"]
    denial = policy({}, {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"})
    assert losses(NEED, denial, NEED) == ["denies sqs:SendMessage on arn:a:q"]
    tighter = policy({"Condition": {"StringLike": {"aws:SourceVpc": ["v", "w"]}}})
    assert losses(NEED, tighter, NEED) == [
        "allows sqs:SendMessage on arn:a:q only where aws:sourcevpc (StringLike) is v, w"
    ]


def test_what_was_not_allowed_before_is_not_lost() -> None:
    assert losses(policy({"Resource": "arn:a:other"}), (), NEED) == []


@pytest.mark.parametrize(
    ("after", "is_lost"),
    [
        ({"Action": "SQS:Send*", "Resource": "*"}, False),
        ({"NotAction": "s3:*", "Action": []}, False),
        ({"NotAction": "sqs:*", "Action": []}, True),
        ({"NotResource": "arn:a:other", "Resource": []}, False),
        ({"NotResource": ["arn:a:*"], "Resource": []}, True),
        ({"Resource": "arn:a:other"}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, True),
        ({"Condition": {"StringNotEquals": {"aws:SourceVpc": "v"}}}, True),
    ],
)
def test_a_statement_after_keeps_a_need_or_does_not(after: dict[str, Any], is_lost: bool) -> None:
    statement = {key: value for key, value in {**SEND, **after}.items() if value != []}
    assert bool(losses(NEED, read_policy({"Statement": statement}), NEED)) == is_lost


@pytest.mark.parametrize(
    ("operator", "values", "is_lost"),
    [
        ("StringEquals", ["sqs", "sns"], False),
        ("StringEquals", ["SQS"], True),
        ("StringEqualsIgnoreCase", ["SQS"], False),
        ("StringLike", ["s*"], False),
        ("ForAnyValue:StringEqualsIfExists", ["sqs"], False),
        ("StringNotEquals", ["sns"], False),
        ("StringNotEquals", ["sqs"], True),
        ("StringNotLike", ["sn*"], False),
        ("StringNotLike", ["sq*"], True),
        ("NumericEquals", ["1"], True),
    ],
)
def test_a_condition_holds_for_the_facts_of_a_need(
    operator: str, values: list[str], is_lost: bool
) -> None:
    need = policy({"Condition": VIA})
    after = policy({"Condition": {operator: {"kms:ViaService": values}}})
    assert bool(losses(NEED, after, need)) == is_lost


def test_each_value_of_a_need_is_a_request_of_its_own() -> None:
    both = policy({"Condition": {"StringEquals": {"kms:ViaService": ["sqs", "sns"]}}})
    sns = policy({"Condition": {"StringEquals": {"kms:ViaService": "sns"}}})
    assert losses(both, policy({"Condition": VIA}), both)
    assert losses(both, (*policy({"Condition": VIA}), *sns), both) == []


def test_a_condition_that_stood_there_before_takes_nothing() -> None:
    bound = policy({"Condition": {"StringEquals": {"aws:SourceVpc": "v"}}})
    assert losses(bound, bound, NEED) == []


@pytest.mark.parametrize(
    ("principal", "is_lost"),
    [
        ({"Principal": "*"}, False),
        ({"Principal": {"Service": ["logs", "events"]}}, False),
        ({"Principal": {"Service": "events"}}, True),
        ({"NotPrincipal": {"Service": "events"}}, False),
        ({"NotPrincipal": {"Service": ["logs"]}}, True),
        ({"NotPrincipal": "*"}, True),
    ],
)
def test_principals_are_part_of_a_need(principal: dict[str, Any], is_lost: bool) -> None:
    need = policy({"Principal": {"Service": "logs"}})
    assert bool(losses(need, policy(principal), need)) == is_lost


def test_gives_up_what_no_statement_covers() -> None:
    before = policy({"Action": ["sqs:SendMessage", "sqs:PurgeQueue"]}, {"NotAction": "s3:*"})
    assert list(given_up(before, NEED)) == [Grant("-", "sqs:PurgeQueue", "arn:a:q")]


statements = st.builds(
    lambda action, resource, effect: {**SEND, "Action": action, "Resource": resource} | effect,
    st.sampled_from(["sqs:*", "sqs:SendMessage", "sqs:PurgeQueue"]),
    st.sampled_from(["*", "arn:a:q", "arn:a:*", "arn:a:other"]),
    st.sampled_from([{}, {"Effect": "Deny"}]),
)


@given(before=st.lists(statements, max_size=3), more=st.lists(statements, max_size=2))
def test_only_a_denial_takes_when_statements_are_added(
    before: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    added = [each for each in more if each["Effect"] == "Allow"]
    assert losses(policy(*before), policy(*before, *added), NEED) == []
    assert losses(policy(*before), policy(*reversed(before)), NEED) == []
