"""Plans changed at random: the guard never crashes, and never lets a dangerous change pass."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.model import Environment, Side, Stage
from pay.model.problem import InvalidInput
from tests.support.mutations import HARM, damaged
from tests.support.plans import (
    EC2,
    FARGATE,
    TRAFFIC,
    Json,
    at,
    change,
    container,
    judged,
    plan,
    policy,
    record,
    record_change,
    records,
    task_definition,
    traffic,
)

pytestmark = pytest.mark.slow

MOVE = traffic(records(95, 5), records(75, 25))
RELEASE = plan(
    EC2,
    task_definition([container()], [container(image="registry/publicauth:8-release")]),
    change("aws_ecs_service.service", {"desired_count": 2}, {"desired_count": 2}),
    change("aws_lb.alb", {"name": "alb", "idle_timeout": 60}, {"name": "alb", "idle_timeout": 75}),
    change(
        "aws_iam_role_policy.task_policy",
        {"role": "r", "policy": policy({"Action": ["s3:GetObject"], "Resource": ["arn:a"]})},
        {"role": "r", "policy": policy({"Action": [], "Resource": ["arn:a"]})},
    ),
    resource_drift=[change("aws_lb.alb", {"tags": None}, {"tags": {}})],
)
SCALED = plan(
    FARGATE,
    change(
        "aws_appautoscaling_target.scaling_target",
        {"min_capacity": 2, "max_capacity": 4},
        {"min_capacity": 3, "max_capacity": 6},
    ),
)
WHOLE = {"move": MOVE, "release": RELEASE, "scaled": SCALED}

quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="session")
def quarter(environments: dict[str, Environment]) -> Environment:
    return at(environments["sandbox"], Stage.QUARTER)


def says(plans: list[Json], environment: Environment) -> bool:
    """Whether the guard lets the plans pass; what is no plan does not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return judged(Path(folder), plans, environment).is_clean
        except InvalidInput:
            return False


@pytest.mark.parametrize("name", WHOLE)
def test_the_plans_are_clean_before_they_are_changed(quarter: Environment, name: str) -> None:
    assert says([WHOLE[name]], quarter)


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
@quick
def test_never_crashes_and_lets_no_broken_record_pass(
    quarter: Environment, name: str, data: st.DataObject
) -> None:
    document = data.draw(damaged(WHOLE[name]))
    if says([document], quarter):
        assert harmless(document), json.dumps(document)


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
@settings(quick, max_examples=8)
def test_refuses_harm_wherever_it_hides(
    quarter: Environment, name: str, harm: str, data: st.DataObject
) -> None:
    document = copy.deepcopy(WHOLE[name])
    changes = document["resource_changes"]
    changes.insert(data.draw(st.integers(0, len(changes))), HARM[harm]())
    document["variables"] = data.draw(st.dictionaries(st.text(max_size=4), st.integers()))
    others = [other for key, other in WHOLE.items() if key != name and data.draw(st.booleans())]
    assert not says([document, *others], quarter)


@given(weights=st.tuples(*[st.integers(0, 255)] * 4), data=st.data())
@quick
def test_refuses_every_weight_but_the_stages(
    quarter: Environment, weights: tuple[int, int, int, int], data: st.DataObject
) -> None:
    before, after = records(*weights[:2]), records(*weights[2:])
    if says([traffic(before, after)], quarter):
        assert after == quarter.ladder.records(Stage.QUARTER)


def harmless(document: Json) -> bool:
    """A second opinion, on the text of the plan alone: nothing goes, weights are 75 and 25 or their
    records are not there, counts do not fall, images are pinned.
    """
    for entry in document.get("resource_changes") or ():
        actions, type = entry["change"]["actions"], entry["type"]
        before = entry["change"].get("before") or {}
        after = entry["change"].get("after") or {}
        if "delete" in actions and type != "aws_ecs_task_definition":
            if type in ("aws_ecs_service", "aws_lb", "aws_route53_record"):
                return False
        if type == "aws_route53_record" and "update" in actions:
            if after["weighted_routing_policy"][0]["weight"] not in (75, 25):
                return False
            if after["alias"] != before["alias"] or after["name"] != before["name"]:
                return False
        if type == "aws_ecs_service" and "update" in actions and _falls(before, after):
            return False
        if type == "aws_ecs_task_definition" and "create" in actions:
            images = [c["image"] for c in json.loads(after["container_definitions"])]
            if not all(":" in image and "latest" not in image for image in images):
                return False
    return True


def _falls(before: Json, after: Json) -> bool:
    old: Any = before.get("desired_count")
    new: Any = after.get("desired_count")
    return isinstance(old, int) and (not isinstance(new, int) or new < old)


def test_the_second_opinion_sees_harm() -> None:
    fewer = change("aws_ecs_service.service", {"desired_count": 2}, {"desired_count": 1})
    assert not harmless(plan(EC2, fewer))
    assert not harmless(plan(TRAFFIC, change("aws_route53_record.a", record(Side.EC2, 1), None)))
    assert not harmless(plan(TRAFFIC, record_change(Side.EC2, 95, 5)))
