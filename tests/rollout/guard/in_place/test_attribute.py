"""Which attributes a change in place touches."""

from typing import Any

import pytest

from rollout.guard.in_place.attribute import changed_attributes, is_in_place, table_name
from rollout.plans.plan import ResourceChange
from tests.support.plans import Json, change


def resource(before: Json | None, after: Json | None, **more: Any) -> ResourceChange:
    type = more.pop("type", "aws_lb")
    return ResourceChange.model_validate(change(f"{type}.a", before, after, **more))


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ["b"]),
        ({"a": None}, {"a": ""}, []),
        ({"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2, "c": 1}]}, ["a.b"]),
        ({"a": []}, {"a": [{"b": 2, "c": False}]}, ["a.b"]),
        ({"a": [{"b": 2}]}, {"a": []}, ["a.b"]),
        ({"a": [{"b": [{"c": 1}]}]}, {"a": [{"b": []}]}, ["a.b.c"]),
        ({"a": ["x", "y"]}, {"a": ["x", "z"]}, ["a"]),
        ({"a": ["x"]}, {"a": []}, ["a"]),
        ({"a": []}, {"a": ["x"]}, ["a"]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, ["a"]),
        ({"known": {"x": 1}}, {"known": {"x": 2}}, ["known"]),
        ({"a": {"x": 1}}, {"a": {"x": 2, "y": 1}}, ["a.x", "a.y"]),
    ],
)
def test_names_what_differs_as_deep_as_blocks_are_single(
    before: Json, after: Json, names: list[str]
) -> None:
    found = changed_attributes(resource(before, after), {"known"})
    assert [table_name(each.path) for each in found] == names


@pytest.mark.parametrize(
    ("unknown", "name"),
    [({"a": True}, "a"), ({"a": [{"b": True}]}, "a.b"), ({"new": True}, "new")],
)
def test_a_value_that_is_not_known_differs(unknown: Json, name: str) -> None:
    same = {"a": [{"b": 1}]}
    [found] = changed_attributes(resource(same, same, actions=["update"], unknown=unknown))
    assert (table_name(found.path), found.is_unknown) == (name, True)


@pytest.mark.parametrize(
    ("type", "actions", "expected"),
    [
        ("aws_lb", ["update"], True),
        ("aws_lb", ["delete", "create"], False),
        ("aws_ecs_task_definition", ["create", "delete"], True),
        ("aws_ecs_task_definition", ["update"], True),
    ],
)
def test_a_new_revision_is_a_change_of_what_runs(
    type: str, actions: list[str], expected: bool
) -> None:
    assert is_in_place(resource({"a": 1}, {"a": 2}, type=type, actions=actions)) == expected
