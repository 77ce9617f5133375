"""What policies let somebody do in the sandbox."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.iam.patterns import matches
from pay.unread import Unread
from sandbox.aws.iam.policies import EVERYBODY, is_allowed

ACCOUNT = "555555555555"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"
RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/findings"
EVENTS = ("Service", "events.amazonaws.com")
KNOWN = {"aws:sourceaccount": ACCOUNT, "aws:sourcearn": RULE}


def statement(effect: str = "Allow", **changes: Any) -> dict[str, Any]:
    """Return a statement that lets EventBridge publish; None leaves an element out."""
    elements = {
        "Effect": effect,
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Principal": {"Service": "events.amazonaws.com"},
        **changes,
    }
    return {key: value for key, value in elements.items() if value is not None}


def allows(*statements: dict[str, Any], **changes: Any) -> bool:
    asked: dict[str, Any] = {"by": [EVENTS, EVERYBODY], "on": TOPIC, "context": KNOWN, **changes}
    return is_allowed([json.dumps({"Statement": statements})], "sns:Publish", **asked)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Action": ["SNS:Pub*", "sns:Subscribe"]},
        {"Resource": [f"arn:aws:sns:*:{ACCOUNT}:al?rms"]},
        {"Principal": "*"},
        {"Principal": {"AWS": ACCOUNT, "Service": ["sqs.amazonaws.com", EVENTS[1]]}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": [ACCOUNT, "111111111111"]}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{ACCOUNT}:rule/*"}}},
    ],
)
def test_a_statement_allows_what_it_names(changes: dict[str, Any]) -> None:
    assert allows(statement(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": ["sns:Subscribe", "sns:Publis?h"]},
        {"Action": None, "NotAction": "sns:Subscribe"},
        {"Resource": f"{TOPIC}-2"},
        {"Resource": None, "NotResource": f"{TOPIC}-2"},
        {"Principal": {"Service": "sqs.amazonaws.com"}},
        {"Principal": {"AWS": ACCOUNT}},
        {"Principal": None},
        {"Principal": None, "NotPrincipal": {"AWS": ACCOUNT}},
        # `StringEquals` knows no wildcards, and a star in an ARN stays in its part.
        {"Condition": {"StringEquals": {"aws:SourceAccount": "*"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*"}}},
        # Missing from the call.
        {"Condition": {"StringLike": {"aws:SourceOwner": "*"}}},
        # An operator that the sandbox does not judge.
        {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}},
        {
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": f"{RULE}-2"},
            }
        },
    ],
)
def test_a_statement_allows_nothing_else(changes: dict[str, Any]) -> None:
    assert not allows(statement(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": "*"},
        {"Action": None, "NotAction": "sns:Subscribe"},
        {"Condition": {"StringNotEquals": {"aws:SourceAccount": "111111111111"}}},
    ],
)
def test_what_one_statement_denies_no_other_allows(changes: dict[str, Any]) -> None:
    assert not allows(statement(), statement("Deny", **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "sns:Subscribe"},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}},
    ],
)
def test_what_is_denied_of_other_calls_stays_allowed(changes: dict[str, Any]) -> None:
    assert allows(statement(), statement("Deny", **changes))


def test_a_policy_of_the_caller_names_no_principal() -> None:
    assert allows(statement(Principal=None), by=())
    assert not allows(statement(), by=())


def test_conditions_do_not_count_where_nothing_is_known() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    limited, denied = statement(Condition=condition), statement("Deny", Condition=condition)
    assert allows(limited, denied, context=None)
    assert not allows(limited, denied, statement("Deny"), context=None)


def test_nothing_is_allowed_without_a_policy() -> None:
    assert not is_allowed([], "sns:Publish")
    assert not is_allowed([None, b""], "sns:Publish")


def test_refuses_what_is_not_a_policy() -> None:
    with pytest.raises(Unread, match="Efect"):
        allows({"Efect": "Allow"})


@given(st.text("ab[]!*?.:", max_size=8), st.text("ab[]!.:", max_size=8))
def test_patterns_cover_what_they_cover_for_the_guard(pattern: str, text: str) -> None:
    """Two readings of one rule of AWS's: where they part, one of them is wrong."""
    own = allows(statement(Resource=pattern), on=text)
    assert own == matches(pattern, text)
