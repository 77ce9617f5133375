"""In which direction a value may change."""

from pathlib import Path
from typing import Any

import pytest

from pay.model.stacks import OTHER, Stack
from rollout.guard.in_place.alarms import SOONER, STRICTER_COMPARISON, STRICTER_THRESHOLD
from rollout.guard.in_place.attribute import InPlace, changed_attributes
from rollout.guard.in_place.directions import (
    ANYTHING,
    FEWER_MEMBERS,
    HIGHER,
    LOWER,
    MORE_MEMBERS,
    OFF,
    ON,
    TAGS_WITH_THAT_OF_ECS,
    SafeDirection,
    becomes,
)
from rollout.guard.rule import Context
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from tests.support.plans import Json, change, plan

ECS, NAME = {"key": "AmazonECSManaged", "value": "true"}, {"key": "Name", "value": "a"}


def lets(direction: SafeDirection, before: Json, after: Json, **more: Any) -> bool:
    """Whether the direction lets every attribute of an alarm change that differs."""
    entry = change("aws_cloudwatch_metric_alarm.a", before, after, **more)
    resource = ResourceChange.model_validate(entry)
    found = list(changed_attributes(resource, {"value"}))
    assert found
    # No environment: these directions ask about values only.
    stack = Stack("", OTHER, "", ("",))
    judged = StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id)))
    return all(direction.lets(InPlace(each, resource, judged, Context((), {}))) for each in found)


@pytest.mark.parametrize(
    ("direction", "before", "after", "expected"),
    [
        (ANYTHING, 1, "x", True),
        (HIGHER, 1, 2, True),
        (HIGHER, "60", "61", True),
        (HIGHER, "60", "7", False),
        (HIGHER, 1, None, False),
        (HIGHER, None, 1, False),
        (LOWER, 2.5, 2, True),
        (LOWER, 2, 2.5, False),
        (LOWER, 2, None, False),
        (ON, False, True, True),
        (ON, None, "ENABLED", True),
        (ON, True, None, False),
        (ON, "enabled", "disabled", False),
        (OFF, True, False, True),
        (OFF, True, None, True),
        (OFF, False, True, False),
        (MORE_MEMBERS, ["a"], ["b", "a"], True),
        (MORE_MEMBERS, [], ["a"], True),
        (MORE_MEMBERS, ["a", "b"], ["a", "c"], False),
        (MORE_MEMBERS, ["a"], None, False),
        (FEWER_MEMBERS, ["a", "b"], ["b"], True),
        (FEWER_MEMBERS, ["a"], None, True),
        (FEWER_MEMBERS, ["a"], ["b"], False),
        (becomes("LATEST"), "1.4.0", "LATEST", True),
        (becomes("LATEST"), "LATEST", "1.4.0", False),
        (TAGS_WITH_THAT_OF_ECS, [ECS, NAME], [ECS], True),
        (TAGS_WITH_THAT_OF_ECS, [NAME], [], True),
        (TAGS_WITH_THAT_OF_ECS, [ECS, NAME], [NAME], False),
        (TAGS_WITH_THAT_OF_ECS, [ECS], ["AmazonECSManaged"], False),
        (TAGS_WITH_THAT_OF_ECS, [ECS], 1, False),
    ],
)
def test_lets_a_value_change_in_its_direction(
    direction: SafeDirection, before: object, after: object, expected: bool
) -> None:
    assert lets(direction, {"value": before}, {"value": after}) == expected


def test_refuses_what_is_not_known_unless_any_value_is_harmless() -> None:
    for direction, before, expected in (
        (HIGHER, 1, False),
        (MORE_MEMBERS, ["a"], False),
        (ANYTHING, 1, True),
    ):
        assert lets(direction, {"value": before}, {}, unknown={"value": True}) == expected


@pytest.mark.parametrize(
    ("comparison", "before", "after", "expected"),
    [
        ("GreaterThanThreshold", 5, 4, True),
        ("GreaterThanOrEqualToThreshold", 5, 6, False),
        ("LessThanThreshold", 1, 2, True),
        ("LessThanOrEqualToThreshold", 2, 1, False),
        ("LessThanLowerOrGreaterThanUpperThreshold", 2, 1, False),
        ("LessThanLowerThreshold", 2, 3, False),
        ("GreaterThanUpperThreshold", 2, 1, False),
    ],
)
def test_a_threshold_is_stricter_where_it_is_reached_sooner(
    comparison: str, before: int, after: int, expected: bool
) -> None:
    was, becomes = (
        {"comparison_operator": comparison, "threshold": value} for value in (before, after)
    )
    assert lets(STRICTER_THRESHOLD, was, becomes) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold", True),
        ("LessThanThreshold", "LessThanOrEqualToThreshold", True),
        ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", False),
        ("GreaterThanThreshold", "LessThanThreshold", False),
    ],
)
def test_a_comparison_is_stricter_with_the_threshold_itself(
    before: str, after: str, expected: bool
) -> None:
    assert lets(STRICTER_COMPARISON, {"value": before}, {"value": after}) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((3, 3), (3, 2), True),
        ((3, 3), (2, 2), True),
        ((3, None), (2, None), True),
        ((5, 5), (3, 3), True),
        ((3, 2), (1, 1), True),
        ((3, 2), (5, 2), True),
        ((3, 3), (3, None), True),
        ((3, 2), (3, 3), False),
        ((3, 2), (3, None), False),
        ((3, 2), (2, 2), False),
        ((5, 3), (3, 3), False),
        ((3, 3), (4, 4), False),
    ],
)
def test_an_alarm_goes_off_as_soon_with_fewer_readings(
    before: tuple[int, int | None], after: tuple[int, int | None], expected: bool
) -> None:
    was, becomes = (
        {"evaluation_periods": of, "datapoints_to_alarm": needed} for of, needed in (before, after)
    )
    if was == becomes:
        return
    assert lets(SOONER, was, becomes) == expected
