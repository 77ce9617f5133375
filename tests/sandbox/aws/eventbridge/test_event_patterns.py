"""Event patterns match as on EventBridge (user guide, "Comparison operators")."""

import json
from typing import Any

import pytest

from sandbox.aws.eventbridge.event_patterns import matches, problems

FINDINGS = {
    "findings": [
        {"Label": "HIGH", "Status": "RESOLVED", "Types": ["a", "b"]},
        {"Label": "LOW", "Status": "NEW"},
    ]
}


@pytest.mark.parametrize(
    ("pattern", "event", "is_match"),
    [
        ({"severity": [{"numeric": [">=", 7]}]}, {"severity": 7}, True),
        ({"severity": [{"numeric": [">=", 7]}]}, {"severity": 6.9}, False),
        ({"severity": [{"numeric": [">=", 4, "<", 7]}]}, {"severity": 7.0}, False),
        ({"severity": [{"numeric": [">=", 4, "<", 7]}]}, {"severity": 4}, True),
        ({"severity": [{"numeric": [">", 0]}]}, {"severity": "5"}, False),
        ({"severity": [{"numeric": [">=", 0]}]}, {"severity": True}, False),
        ({"count": [1]}, {"count": 1.0}, True),
        ({"count": [1]}, {"count": True}, False),
        ({"count": ["1"]}, {"count": 1}, False),
        ({"name": [{"prefix": "a"}]}, {"name": "ab"}, True),
        ({"name": [{"prefix": "a"}]}, {"name": "Ab"}, False),
        ({"name": [{"prefix": {"equals-ignore-case": "A"}}]}, {"name": "ab"}, True),
        ({"name": [{"suffix": "b"}]}, {"name": "ab"}, True),
        ({"name": [{"equals-ignore-case": "AB"}]}, {"name": "ab"}, True),
        ({"name": [{"anything-but": ["a", "b"]}]}, {"name": "c"}, True),
        ({"name": [{"anything-but": ["a", "b"]}]}, {"name": "b"}, False),
        ({"name": [{"anything-but": "a"}]}, {}, False),
        ({"name": [{"anything-but": {"prefix": "a"}}]}, {"name": "ab"}, False),
        ({"name": [{"anything-but": {"prefix": "a"}}]}, {"name": "ba"}, True),
        ({"name": [{"wildcard": "a*c"}]}, {"name": "abc"}, True),
        ({"name": [{"wildcard": "a?c"}]}, {"name": "abc"}, False),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": "10.0.0.9"}, True),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": "somewhere"}, False),
        ({"name": [{"exists": True}]}, {"name": None}, True),
        ({"name": [{"exists": True}]}, {"name": {"inner": 1}}, False),
        ({"name": [{"exists": False}]}, {}, True),
        ({"name": [{"exists": False}]}, {"name": "a"}, False),
        ({"outer": {"name": [{"exists": False}]}}, {}, True),
        ({"name": [None]}, {"name": None}, True),
        ({"name": [None]}, {}, False),
        ({"name": ["a"]}, {"name": ["b", "a"]}, True),
        ({"$or": [{"a": [1]}, {"b": [1]}]}, {"b": 1}, True),
        ({"$or": [{"a": [1]}, {"b": [1]}]}, {"b": 2}, False),
        ({"findings": {"Label": ["LOW"], "Status": ["NEW"]}}, FINDINGS, True),
        ({"findings": {"Label": ["HIGH"], "Status": ["NEW"]}}, FINDINGS, False),
        ({"findings": {"Types": ["b"]}}, FINDINGS, True),
    ],
)
def test_it_matches_as_eventbridge_does(
    pattern: dict[str, Any], event: dict[str, Any], *, is_match: bool
) -> None:
    assert not list(problems(json.dumps(pattern)))
    assert matches(pattern, event) is is_match


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{", "Invalid JSON"),
        ("[]", "not an object"),
        ('{"a": "b"}', '"a" must be an object or an array'),
        ('{"a": []}', "Empty arrays"),
        ('{"a": [{"starts": "b"}]}', "Unrecognized match type starts"),
        ('{"a": [{"numeric": [">="]}]}', "array of operators"),
        ('{"a": [{"numeric": ["=>", 7]}]}', "range operator: =>"),
        ('{"a": [{"numeric": [">=", "7"]}]}', "must be numeric"),
        ('{"a": [{"exists": "true"}]}', "either true or false"),
        ('{"a": [{"prefix": "b", "suffix": "c"}]}', "Only one key"),
        ('{"a": [{"anything-but": {"numeric": ["=", 1]}}]}', "anything-but"),
    ],
)
def test_it_refuses_what_eventbridge_refuses(pattern: str, problem: str) -> None:
    assert problem in " ".join(problems(pattern))
