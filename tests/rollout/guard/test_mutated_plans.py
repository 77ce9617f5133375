"""Plans changed at random: the guard never crashes, and never lets a dangerous change pass."""

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.model import Environment, Side, Stage
from pay.model.problem import InvalidInput
from pay.model.stacks import RESOURCE_TYPES
from tests.support.mutations import HARM, damaged, harms
from tests.support.plans import (
    EC2,
    FARGATE,
    RELEASED_IMAGE,
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
RUNNING: Json = {
    "desired_count": 2,
    "deployment_minimum_healthy_percent": 100,
    "task_definition": "sandbox_publicauth:1",
}
RELEASE = plan(
    EC2,
    task_definition([container()], [container(image=RELEASED_IMAGE)]),
    change("aws_ecs_service.service", RUNNING, {**RUNNING, "desired_count": 3}),
    change("aws_lb.alb", {"name": "alb", "idle_timeout": 60}, {"name": "alb", "idle_timeout": 70}),
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
def test_refuses_each_harm(quarter: Environment, name: str, harm: str) -> None:
    document = copy.deepcopy(WHOLE[name])
    document["resource_changes"].append(HARM[harm]())
    assert not says([document], quarter)


LATE = {
    "scaled": SCALED,
    "release": plan(
        FARGATE,
        task_definition([container()], [container(image=RELEASED_IMAGE)]),
        change("aws_ecs_service.service", {"desired_count": 2}, {"desired_count": 3}),
    ),
    "records": traffic(records("none", 100), records("none", 100)),
}
"""What Fargate may carry when it alone is left."""


@pytest.mark.parametrize("stage", [Stage.DETACHED, Stage.RETIRED])
@pytest.mark.parametrize("name", LATE)
def test_refuses_each_harm_when_fargate_alone_is_left(
    environments: dict[str, Environment], stage: Stage, name: str
) -> None:
    late = at(environments["sandbox"], stage)
    assert says([LATE[name]], late)
    for harm in HARM:
        document = copy.deepcopy(LATE[name])
        document["resource_changes"].append(HARM[harm]())
        assert not says([document], late), harm


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
@settings(quick, max_examples=200)
def test_refuses_harm_wherever_it_hides(
    quarter: Environment, name: str, data: st.DataObject
) -> None:
    document = copy.deepcopy(WHOLE[name])
    changes = document["resource_changes"]
    changes.insert(data.draw(st.integers(0, len(changes))), data.draw(harms()))
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
    """A second opinion, on the text of the plan alone: whatever moves is of a type that the
    provider's schema of this project has, nothing goes, and what changes does no harm.
    """
    return all(
        _is_harmless(entry["type"], entry["change"])
        for entry in document.get("resource_changes") or ()
        if not set(entry["change"]["actions"]) <= {"no-op", "read"}
    )


def _is_harmless(type: str, entry: Json) -> bool:
    before, after = entry.get("before"), entry.get("after")
    if type not in RESOURCE_TYPES or after is None:
        return False
    if before is not None and "update" not in entry["actions"]:
        return type == "aws_ecs_task_definition" and _is_pinned(after)
    return _CHANGES[type](before or {}, after) if type in _CHANGES else before is None


def _keeps(*numbers: str) -> Callable[[Json, Json], bool]:
    """Whether none of the numbers falls."""

    def check(before: Json, after: Json) -> bool:
        pairs = [(before.get(name), after.get(name)) for name in numbers]
        return all(not isinstance(a, int) or (isinstance(b, int) and b >= a) for a, b in pairs)

    return check


def _runs_as_many_of_its_own(before: Json, after: Json) -> bool:
    runs = after.get("task_definition")
    is_own = str(runs).startswith("sandbox_publicauth") or not (
        runs or before.get("task_definition")
    )
    return is_own and _keeps("desired_count", "deployment_minimum_healthy_percent")(before, after)


def _is_weighed(before: Json, after: Json) -> bool:
    return after["weighted_routing_policy"][0]["weight"] in (75, 25) and (
        not before or all(before[key] == after[key] for key in ("alias", "name"))
    )


def _is_pinned(after: Json) -> bool:
    images = [c["image"] for c in json.loads(after["container_definitions"])]
    return all(":" in image and "latest" not in image for image in images)


def _gives_no_more(before: Json, after: Json) -> bool:
    return _actions(after) <= _actions(before)


def _actions(values: Json) -> set[str]:
    document = json.loads(values.get("policy") or '{"Statement": []}')
    return {action for statement in document["Statement"] for action in statement["Action"]}


_CHANGES: dict[str, Callable[[Json, Json], bool]] = {
    "aws_appautoscaling_target": _keeps("min_capacity", "max_capacity"),
    "aws_ecs_service": _runs_as_many_of_its_own,
    "aws_ecs_task_definition": lambda before, after: _is_pinned(after),
    "aws_iam_role_policy": _gives_no_more,
    "aws_lb": lambda before, after: before.get("subnets") == after.get("subnets"),
    "aws_route53_record": _is_weighed,
}
"""What a change in place, or a new resource, must not do; a type that is not here may be made and
not be changed."""


def test_the_second_opinion_sees_harm() -> None:
    fewer = change("aws_ecs_service.service", {"desired_count": 2}, {"desired_count": 1})
    assert not harmless(plan(EC2, fewer))
    assert not harmless(plan(TRAFFIC, change("aws_route53_record.a", record(Side.EC2, 1), None)))
    assert not harmless(plan(TRAFFIC, record_change(Side.EC2, 95, 5)))
    assert not harmless(plan(EC2, change("aws_instance.a", None, {"ami": "a"})))
    assert not harmless(plan(EC2, change("aws_cloudwatch_metric_alarm.a", {"name": "a"}, None)))
    assert all(map(harmless, WHOLE.values()))
