"""Whether one policy grants more than another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.iam.document import Statement, read_policy
from pay.iam.grants import narrowings, widenings

READ: dict[str, Any] = {"Effect": "Allow", "Action": ["sqs:Receive", "sqs:Get"], "Resource": "q"}


def policy(*statements: dict[str, Any]) -> tuple[Statement, ...]:
    return read_policy({"Statement": [{**READ, **each} for each in statements]})


def test_words_say_what_is_new() -> None:
    after = policy({"Action": ["sqs:Send", "sqs:Get"], "Principal": {"AWS": "role"}})
    assert widenings((), after) == ["allows sqs:Get, sqs:Send on q for AWS:role"]
    denial = policy({"Effect": "Deny"})
    assert widenings(denial, ()) == ["no longer denies sqs:Get, sqs:Receive on q"]


def test_words_say_what_goes() -> None:
    assert narrowings(policy({}), ()) == ["no longer allows sqs:Get, sqs:Receive on q"]
    denial = policy({"Effect": "Deny"})
    assert narrowings((), denial) == ["denies sqs:Get, sqs:Receive on q"]
    assert narrowings((), policy({})) == widenings((), denial) == []


@pytest.mark.parametrize(
    ("before", "after", "is_wider"),
    [
        ({}, {"Action": "sqs:get"}, False),
        ({"Resource": "*"}, {"Resource": "q*"}, False),
        ({"Resource": "q*"}, {"Resource": "*"}, True),
        ({"Principal": "*"}, {"Principal": {"AWS": "role"}}, False),
        ({"Principal": {"AWS": "role"}}, {"Principal": "*"}, True),
        ({}, {"Condition": {"StringEquals": {"k": "1"}}}, False),
        ({"Condition": {"StringEquals": {"k": "1"}}}, {}, True),
        (
            {"Condition": {"StringEquals": {"k": "1"}}},
            {"Condition": {"StringEquals": {"k": "2"}}},
            True,
        ),
        ({"NotPrincipal": {"AWS": "a"}}, {"NotPrincipal": {"AWS": "a"}, "Sid": "Other"}, False),
        ({"NotPrincipal": {"AWS": "a"}}, {"NotPrincipal": {"AWS": "b"}}, True),
        ({"NotPrincipal": {"AWS": "a"}}, {}, True),
    ],
)
def test_compares_grant_by_grant(
    before: dict[str, Any], after: dict[str, Any], is_wider: bool
) -> None:
    assert bool(widenings(policy(before), policy(after))) is is_wider


@given(st.lists(st.sampled_from([READ, {"Effect": "Deny"}, {"NotPrincipal": "*"}]), max_size=3))
def test_a_policy_is_never_wider_than_itself(statements: list[dict[str, Any]]) -> None:
    assert widenings(policy(*statements), policy(*reversed(statements))) == []
