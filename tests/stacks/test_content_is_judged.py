"""The guard on what the stacks themselves say of tasks and roles, in every environment."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pay.model import Environment, Stage
from pay.model.stacks import Stack, known_stacks
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.support.made_up_lookups import containers, policies
from tests.support.plans import Json, change, everywhere, plan
from tests.support.synthesised import Synthesised

FOREIGN, VARIABLES = "names-nothing-of-another-environment", "keeps-its-variables"
RIGHTS = "keeps-the-rights-that-it-needs"
CONTENT = (FOREIGN, VARIABLES, RIGHTS, "keeps-its-containers")


def sides(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment]
) -> Iterator[tuple[Stack, Synthesised, Environment]]:
    """Every side of every service that runs tasks."""
    for id, stack in known_stacks(environments).items():
        rendered = estate.get(id)
        is_made = rendered and "aws_ecs_task_definition" in rendered.document.get("resource", {})
        if stack.kind.side and rendered and is_made:
            yield stack, rendered, environments[stack.environment]


def findings(
    rule: str, stack: Stack, environments: Mapping[str, Environment], *changes: Json
) -> list[str]:
    """What a rule sees in a plan of the stack, with traffic on both sides."""
    judged = StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, *changes)))
    moving = {name: everywhere(each, Stage.HALF) for name, each in environments.items()}
    return [each.saw for each in RULES[rule](judged, Context((judged,), moving))]


def task(before: list[Json] | None, after: list[Json]) -> Json:
    values = [
        None if each is None else {"container_definitions": json.dumps(each)}
        for each in (before, after)
    ]
    return change(
        "aws_ecs_task_definition.task",
        *values,
        actions=["create"] if before is None else ["create", "delete"],
    )


def test_lets_every_task_be_made_and_released(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment]
) -> None:
    seen = 0
    for stack, rendered, environment in sides(estate, environments):
        here = containers(rendered, environment)
        for each in (task(None, here), task(here, here)):
            for rule in CONTENT:
                assert findings(rule, stack, environments, each) == [], stack.id
        seen += 1
    assert seen > 60


def test_refuses_every_value_of_another_environment(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment]
) -> None:
    """Each variable, secret and image that another environment has otherwise, put here."""
    by_place = {
        (s.environment, s.service, s.kind): (r, e) for s, r, e in sides(estate, environments)
    }
    seen = 0
    for stack, rendered, environment in sides(estate, environments):
        here = containers(rendered, environment)
        for other in environments:
            place = by_place.get((other, stack.service, stack.kind))
            if other == environment.name or place is None:
                continue
            there = containers(*place)
            for rule in (FOREIGN, VARIABLES):
                texts = " ".join(findings(rule, stack, environments, task(here, there)))
                for name in differing(here, there, rule):
                    assert f" {name} " in f" {texts.replace(':', ' ')}", (stack.id, other, rule)
                    seen += 1
    assert seen > 1000


def differing(here: list[Json], there: list[Json], rule: str) -> set[str]:
    """The names of variables that differ; for the rule on foreign names, those that only another
    environment has.
    """
    names = set()
    for old, new in zip(here, there, strict=True):
        for key, value in (("environment", "value"), ("secrets", "valueFrom")):
            values = {each["name"]: each[value] for each in old.get(key, ())}
            for each in new.get(key, ()):
                was, becomes = values.get(each["name"]), each[value]
                if was is not None and was != becomes:
                    names.add(each["name"])
    # A shared zone of two environments is no foreign name, and a switch of work no place.
    return names - {"BACKGROUND_PROCESSING_ENABLED"}


@pytest.mark.parametrize("environment", ["production-2", "test-12"])
def test_refuses_to_take_any_statement_that_the_stacks_grant(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment], environment: str
) -> None:
    seen = 0
    for stack, rendered, here in sides(estate, environments):
        if stack.environment != environment:
            continue
        running = task(containers(rendered, here), containers(rendered, here))
        running["change"]["actions"] = ["no-op"]
        for role, statements in policies(rendered, here).items():
            for taken in statements:
                left = [each for each in statements if each is not taken]
                texts = [json.dumps({"Statement": each}) for each in (statements, left)]
                values = [{"role": role, "policy": text} for text in texts]
                taken_away = change("aws_iam_role_policy.policy", *values)
                found = findings(RIGHTS, stack, environments, running, taken_away)
                assert found, (stack.id, taken["Sid"])
                seen += 1
    assert seen > 100
