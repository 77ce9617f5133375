"""pydantic's errors become messages in the words of who wrote the input."""

import json
from typing import Any

import pytest

from pay.model import Environment, Problem
from pay.model.environment.environment import Capacity, Deployment, Logs, Network
from tests.support.problems import only, refusal


def read(model: type[Any], **values: object) -> list[Problem]:
    return refusal(lambda: model.model_validate_json(json.dumps(values), strict=True))


def test_an_unknown_key_is_named_with_what_is_allowed_and_what_is_near() -> None:
    problems = read(Network, vpc="x", zones=["eu-west-1a", "eu-west-1b"], vpcs="y")
    problem = only(problems)
    assert problem.key == "vpcs"
    assert problem.found == "an unknown key"
    assert problem.allowed == "vpc, zones"
    assert problem.fix == "did you mean vpc?"


def test_an_unknown_key_deep_inside_is_compared_with_its_neighbours() -> None:
    values = {"stage": "dark", "tasks": {"min": 1, "peak": 2, "most": 3}}
    problem = only(read(Deployment, **values))
    assert (problem.key, problem.allowed) == ("tasks.most", "min, peak, night, max")


def test_an_unknown_key_in_a_table_of_tables_is_compared_with_its_neighbours() -> None:
    problems = read(Environment, capacity={"cde": {"instance_types": "x"}})
    found = next(p for p in problems if p.key == "capacity.cde.instance_types")
    assert found.allowed == "instance_type, min_instances, max_instances"


def test_a_missing_key_says_what_it_is_for() -> None:
    problem = only(read(Network, zones=["eu-west-1a", "eu-west-1b"]))
    assert (problem.key, problem.found, problem.fix) == ("vpc", "nothing", "add it")
    assert problem.allowed == "The VPC's Name tag"


def test_a_word_that_is_none_of_the_choices_suggests_one() -> None:
    problem = only(read(Deployment, stage="canery", tasks={"min": 1, "peak": 1}))
    assert problem.key == "stage"
    assert problem.allowed.startswith("legacy, dark, ready, canary, ")
    assert problem.fix == "did you mean canary?"


def test_a_number_that_is_none_of_the_choices_lists_them() -> None:
    problem = only(read(Logs, retention_in_days=30, outlive_the_service=True))
    assert problem.found == "30"
    assert problem.allowed.startswith("365, 400, ")


@pytest.mark.parametrize(
    ("value", "found"), [("2", "'2'"), (True, "true"), (2.5, "2.5"), ([1], "[1]")]
)
def test_a_number_must_be_one(value: object, found: str) -> None:
    problem = only(read(Capacity, instance_type="m7g.large", min_instances=value, max_instances=2))
    assert (problem.key, problem.found) == ("min_instances", found)
    assert problem.allowed.startswith("a whole number")


def test_text_of_the_wrong_pattern_is_told_what_is_right() -> None:
    problem = only(read(Network, vpc="x", zones=["eu-west-1", "eu-west-1b"]))
    assert problem.key == "zones.0"
    assert problem.allowed == "an availability zone that exists, for example eu-west-1a"


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    problem = only(read(Capacity, instance_type=key, min_instances=1, max_instances=1))
    assert problem.found == ("what looks like a secret (its value has the form of: AWS Access Key)")
