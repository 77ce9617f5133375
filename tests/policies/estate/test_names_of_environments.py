"""What an account's environments share may name what they have, and nothing of another account."""

from pathlib import Path

import pytest

from policies.estate.environments_name_nothing_of_each_other import judge
from policies.reading.stack import SynthesisedStack
from tests.support.stack_ids import platform_stack

TEST, PRODUCTION = ("222222222222",), ("111111111111",)


def of_environment(name: str, account_ids: tuple[str, ...]) -> SynthesisedStack:
    id = platform_stack(name)
    return SynthesisedStack(id, Path(), {"Environment": name, "Stack": id}, account_ids)


def problems(kind: str, topic: str, account_ids: tuple[str, ...] = TEST) -> list[str]:
    """Judge a stack of an account that looks up a topic, beside environments of two accounts."""
    stack = SynthesisedStack(
        f"test-{kind}", Path(), {"Account": "test", "Stack": f"test-{kind}"}, account_ids
    )
    stack.add({"data": [{"aws_sns_topic": {"page": {"name": [topic]}}}]})
    environments = [
        of_environment("test-12", TEST),
        of_environment("test-perf-1", TEST),
        of_environment("production-2", PRODUCTION),
    ]
    return [each for block, found in judge([*environments, stack]) for each in found]


@pytest.mark.parametrize("topic", ["test-12-findings", "test-perf-1-findings", "people"])
def test_a_stack_of_an_account_names_what_its_environments_have(topic: str) -> None:
    assert problems("watching", topic) == []


@pytest.mark.parametrize(
    ("kind", "topic", "account_ids"),
    [
        ("watching", "production-2-findings", TEST),
        ("watching", "test-12-findings", ()),
        ("tasks", "test-12-findings", TEST),
    ],
)
def test_nothing_else_is_shared(kind: str, topic: str, account_ids: tuple[str, ...]) -> None:
    [problem] = problems(kind, topic, account_ids)
    assert problem.startswith(f"{topic} belongs to ")
