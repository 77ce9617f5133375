"""Waivers cover only the findings they name, until they expire and while they are needed."""

import tomllib
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import waivers
from policies.engine.waivers import InvalidWaivers, Waiver
from policies.results import Result

TODAY = date(2026, 12, 1)
RULES = ["CKV_AWS_91", "CKV_AWS_158"]

ENTRY = """
[[waiver]]
check = "CKV_AWS_91"
stack = "*-egress-*"
resource = "aws_lb.alb"
reason = "A Network Load Balancer logs TLS listeners only, and this one passes TLS through."
owner = "technical lead"
expires = 2027-05-31
"""


def waiver(**changes: object) -> Waiver:
    entry = tomllib.loads(ENTRY)["waiver"][0]
    return Waiver.model_validate(entry | changes)


def failing(stack: str = "production-2-egress-ec2", rule: str = "CKV_AWS_91") -> Result:
    return Result(rule, stack, "aws_lb.alb", f"{stack}/cdk.tf", 1, 9, "failed")


def apply(
    *own: Waiver, results: list[Result], partial: bool = False
) -> tuple[list[str], list[str]]:
    after, problems = waivers.apply(own, results, today=TODAY, rules=RULES, partial=partial)
    return [each.outcome for each in after], [each.what for each in problems]


def test_a_waiver_covers_every_finding_that_it_matches() -> None:
    results = [failing(), failing("test-12-egress-fargate"), failing("test-12-frontend-ec2")]
    assert apply(waiver(), results=results) == (["waived", "waived", "failed"], [])


def test_a_waiver_covers_no_other_rule() -> None:
    outcomes, _ = apply(waiver(), results=[failing(), failing(rule="CKV_AWS_158")])
    assert outcomes == ["waived", "failed"]


def test_refuses_an_expired_waiver_and_what_it_covered() -> None:
    outcomes, (problem,) = apply(waiver(expires=date(2026, 11, 30)), results=[failing()])
    assert outcomes == ["failed"]
    assert "expired on 2026-11-30" in problem


def test_a_waiver_holds_on_its_last_day() -> None:
    assert apply(waiver(expires=TODAY), results=[failing()]) == (["waived"], [])


def test_refuses_an_unused_waiver() -> None:
    _, (problem,) = apply(waiver(), results=[failing("test-12-frontend-ec2")])
    assert "covers no finding" in problem


def test_leaves_an_unused_waiver_alone_when_only_some_stacks_were_judged() -> None:
    _, problems = apply(waiver(), results=[failing("test-12-frontend-ec2")], partial=True)
    assert problems == []


def test_refuses_a_waiver_of_a_rule_that_does_not_exist() -> None:
    _, (problem,) = apply(waiver(check="CKV_AWS_9999"), results=[failing()])
    assert "no such rule" in problem


def test_refuses_a_waiver_for_more_than_a_year() -> None:
    _, (problem,) = apply(waiver(expires=date(2028, 1, 1)), results=[failing()])
    assert "at most a year" in problem


def test_reads_a_file_of_waivers(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(ENTRY)
    assert waivers.load(file) == (waiver(),)


def test_lists_every_mistake_of_the_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(ENTRY.replace("owner", "person") + ENTRY.replace("2027-05-31", '"soon"'))
    with pytest.raises(InvalidWaivers) as mistakes:
        waivers.load(file)
    text = str(mistakes.value)
    assert "waiver 1, owner" in text
    assert "waiver 1, person" in text
    assert "waiver 2, expires" in text


def test_refuses_a_reason_that_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text('[[waiver]]\ncheck = "x"\nstack = "a"\nresource = "a.b"\nreason = "later"\n')
    with pytest.raises(InvalidWaivers, match="reason"):
        waivers.load(file)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("stack", "*", "does not name a stack"),
        ("stack", "*-*", "does not name a stack"),
        ("resource", "*", "does not name a type"),
        ("resource", "*.alb", "does not name a type"),
        ("resource", "aws_*", "does not name a type"),
    ],
)
def test_refuses_a_waiver_for_everything(
    key: str, value: str, message: str, tmp_path: Path
) -> None:
    entry = tomllib.loads(ENTRY)["waiver"][0]
    file = tmp_path / "waivers.toml"
    file.write_text(ENTRY.replace(f'"{entry[key]}"', f'"{value}"'))
    with pytest.raises(InvalidWaivers, match=f"waiver 1, {key}: {message}"):
        waivers.load(file)


@pytest.mark.parametrize("resource", ["aws_lb.*", "data.aws_lb.alb", "provider.aws"])
def test_a_waiver_names_a_type_at_least(resource: str) -> None:
    assert waiver(resource=resource).resource == resource


def test_refuses_a_misspelt_table(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(ENTRY.replace("[[waiver]]", "[[waivers]]"))
    with pytest.raises(InvalidWaivers, match="waivers is unknown"):
        waivers.load(file)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"waiver = " + b"9" * 5000,
        b"waiver = " + b"[" * 5000 + b"]" * 5000,
        b"waiver" + b".a" * 3000 + b" = 1",
        b"waiver = 3",
        b"waiver = [3, [1], {}]",
        b'waiver = {check = "x"}',
        b"[waiver]\ncheck = 1979-05-27",
        b"[[waiver]]\nexpires = 0001-01-01",
        b"[[waiver]]\nexpires = inf",
        b"\x00",
        b"\xef\xbb\xbf[[waiver]]",
        b'[[waiver]]\ncheck = "\\u001b[2J"',
    ],
)
def test_a_file_of_another_form_is_one_message(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidWaivers, match=r"waivers\.toml(:\d+)?: "):
        waivers.load(file)


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_of_waivers_ends_in_a_traceback(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "waivers.toml"
    file.write_bytes(content)
    with suppress(InvalidWaivers):
        waivers.load(file)


def test_a_waiver_of_an_unknown_rule_is_named_before_anything_is_judged() -> None:
    (message,) = waivers.unknown_rules([waiver(), waiver(check="CKV_AWS_0")], RULES)
    assert message.startswith("CKV_AWS_0 on *-egress-* aws_lb.alb: there is no such rule")
