"""The rules of composite alarms."""

import pytest

from sandbox.aws.cloudwatch.alarm_rules import LONGEST_RULE, BadRule, parse_rule


@pytest.mark.parametrize(
    ("text", "ringing", "holds"),
    [
        ('ALARM("a")', "a", True),
        ('ALARM("a")', "", False),
        ("ALARM('a b/c-1')", "a b/c-1", True),
        ("ALARM(prod-2-a-errors)", "prod-2-a-errors", True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a)", "a", True),
        ('ALARM("a") AND NOT ALARM("b")', "a", True),
        ('ALARM("a") AND NOT ALARM("b")', "a b", False),
        ('(ALARM("a") AND NOT ALARM("b")) OR ALARM("c")', "a b c", True),
        ('ALARM("a") OR ALARM("b") AND ALARM("c")', "a", True),
        ('OK("a")', "", True),
        ('OK("a")', "a", False),
        ('INSUFFICIENT_DATA("a")', "", False),
        ("TRUE", "", True),
        ("FALSE", "", False),
        ('TRUE AND ALARM("a")', "a", True),
        ('\n  ALARM("a")\n  AND ALARM("b")\n', "a b", True),
    ],
)
def test_a_rule_holds_by_the_states_of_its_alarms(text: str, ringing: str, holds: bool) -> None:
    on = {ringing, *ringing.split(" ")}
    assert parse_rule(text).holds(lambda name: "ALARM" if name in on else "OK") is holds


def test_a_rule_names_each_alarm_once() -> None:
    rule = parse_rule('ALARM("b") OR (OK("a") AND NOT ALARM("b"))')
    assert rule.children == ("b", "a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ALARM()",
        'ALARM("a"',
        'ALARM("a") ALARM("b")',
        'ALARM("a") XOR ALARM("b")',
        'alarm("a")',
        'ALARM("a") AND',
        'ALARM("a") == ALARM("b")',
        "a",
        "1",
        "_[0]",
        '__import__("os")',
        f'ALARM("{"a" * LONGEST_RULE}")',
        " OR ".join(f'ALARM("a{number}")' for number in range(101)),
        " OR ".join(["TRUE"] * 251),
    ],
)
def test_refuses_what_aws_refuses(text: str) -> None:
    with pytest.raises(BadRule):
        parse_rule(text)


def test_takes_a_hundred_alarms() -> None:
    text = " OR ".join(f'ALARM("a{number}")' for number in range(100))
    assert len(parse_rule(text).children) == 100
