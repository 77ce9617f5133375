"""Filter patterns, on the examples of AWS's user guide, "Filter and pattern syntax"."""

import json

import pytest

from sandbox.aws.logs.patterns import LONGEST, BadPattern, parse

APACHE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
SQUID = "1739285977.555 6074 172.18.4.240 TCP_TUNNEL/503 7095 CONNECT host:443 - DIRECT/192.0.2.1 -"
SQUID_PATTERN = "[time, elapsed, client, code=*/5*, bytes, method, url, user, peer, type]"
DOCUMENT = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "ThisFlag": True,
        "latency": 750,
        "message": "50 % [of] what?",
        "user": {"id": 1, "email": "somebody@example.com"},
        "users": [1, 2, 3],
    }
)


def matches(pattern: str, message: str) -> bool:
    return parse(pattern).match(message) is not None


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] A fatal exception has occurred", True),
        ("ERROR", "Exiting with ERRORCODE: -1", True),
        ("ERROR", "error", False),
        ('ERROR -"Exiting"', "Exiting with ERRORCODE: -1", False),
        ("ERROR Exception", "[ERROR] Caught IllegalArgumentException", True),
        ("ERROR Exception", "[ERROR] Caught", False),
        ('"Failed to process"', "[WARN] Failed to process the request", True),
        ("?ERROR ?WARN", "WARN message", True),
        ("?ERROR ?WARN", "INFO message", False),
        ("ERROR -WARN", "ERROR WARN message", False),
        ('"a \\"quoted\\" word"', 'a "quoted" word', True),
        ("%5[0-9]{2}%", "code 503", True),
        ("%5[0-9]{2}%", "code 404", False),
    ],
)
def test_terms(pattern: str, message: str, expected: bool) -> None:
    assert matches(pattern, message) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = Update* }", True),
        ("{ $.eventType != UpdateTrail }", False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[1].id = 3 }", False),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.eventType NOT EXISTS }", False),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.latency > 500 }", True),
        ("{ $.latency >= 7.5e2 }", True),
        ("{ $.latency < 750 }", False),
        ("{ $.latency = 750.0 }", True),
        ("{ $.latency = * }", True),
        ("{ $.nothing = * }", False),
        ('{ $.message = "50 % [of] what?" }', True),
        ('{ $.message = "50 % [of] whatX" }', False),
        ("{ ($.user.id = 1) && ($.user.email = somebody*) }", True),
        ("{ $.user.id = 2 && $.latency = 750 || $.ThisFlag IS TRUE }", True),
        ("{ $.user.id = 2 && ($.latency = 750 || $.ThisFlag IS TRUE) }", False),
        # A selector of a list or an object matches with no operator.
        ("{ $.users = 1 }", False),
        ("{ $.users != 1 }", False),
        ("{ $.eventType = %^Update% }", True),
    ],
)
def test_json(pattern: str, expected: bool) -> None:
    assert matches(pattern, DOCUMENT) is expected


def test_what_is_not_json_does_not_match_json() -> None:
    assert not matches("{ $.a NOT EXISTS }", "plain text")
    assert not matches("{ $.a NOT EXISTS }", "[1]")


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", APACHE, True),
        ("[ip, user, username, timestamp, request, status_code]", APACHE, False),
        ("[..., status_code, bytes > 1000]", APACHE, True),
        ("[..., status_code, bytes > 2000]", APACHE, False),
        ("[ip, ..., request = *html*, status_code = 4*, bytes]", APACHE, True),
        ("[..., status_code = 4* && status_code != 404, bytes]", APACHE, False),
        ("[..., status_code = 5* || status_code = 404, bytes]", APACHE, True),
        ("[w1=ERROR || w1=WARN, w2]", "WARN message", True),
        ("[w1!=ERROR && w1!=WARN, w2]", "WARN message", False),
        ("[..., request=*.html*, status_code=4*,]", APACHE, True),
        (SQUID_PATTERN, SQUID, True),
        (SQUID_PATTERN, SQUID.replace("/503", "/200"), False),
        (SQUID_PATTERN, "2026/11/26 12:00:00 kid1| Starting Squid Cache version 6.6", False),
        ("[..., code=*DENIED*, b, m, u, s, p, t]", SQUID.replace("TUNNEL/503", "DENIED/403"), True),
    ],
)
def test_fields(pattern: str, message: str, expected: bool) -> None:
    assert matches(pattern, message) is expected


def test_fields_have_names_or_numbers() -> None:
    found = parse("[..., request=*.html*, status_code=4*,]").match(APACHE)
    assert found == {
        "$1": "127.0.0.1",
        "$2": "-",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$request": "GET /index.html HTTP/1.0",
        "$status_code": "404",
        "$7": "1534",
    }


def test_a_selector_reads_a_value_of_the_document() -> None:
    found = parse("{ $.latency = * }").match(DOCUMENT)
    assert found is not None
    assert found.get("$.latency") == "750"
    assert found.get("$.users") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "a-b",
        "*/5*",
        '"open',
        "[a, b",
        "[a, ..., b, ...]",
        "[a = 1 && b = 2]",
        "[a > many]",
        "[a ~ 1]",
        "{ $.a = 1",
        "{ a = 1 }",
        "{ $.a }",
        "{ ($.a = 1 }",
        "{ $.a = 1 $.b = 2 }",
        "{ $.a = 1 && }",
        "%(%",
        "x" * (LONGEST + 1),
    ],
)
def test_refuses_what_aws_refuses(pattern: str) -> None:
    with pytest.raises(BadPattern):
        parse(pattern)
