"""The variables of a task's containers that depend on its side or on lookups."""

import json
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.catalogue.sidecars import COLLECTOR
from pay.model import Side
from tests.support.services import RUNNING_TASKS
from tests.support.synthesised import SideOf, Synthesised


def environment(stack: Synthesised, container: str) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in stack.containers[container]["environment"]}


@pytest.mark.parametrize("service", RUNNING_TASKS)
def test_subnets_and_security_groups_of_a_task_to_run_have_one_order(
    side_of: SideOf, service: str
) -> None:
    stack = side_of(service, Side.FARGATE)
    variables = environment(stack, service)
    [run] = CATALOGUE[service].task_runs
    for variable, local, lookup in (
        (run.subnets_variable, "task_run_subnets", f"data.aws_subnets.{service}_subnets"),
        (
            run.security_groups_variable,
            "task_run_security_groups",
            "data.aws_security_groups.task_security_groups",
        ),
    ):
        assert variables[variable] == f"${{local.{local}}}"
        value = stack.document["locals"][local].replace(" ", "")
        assert value == f'${{join(",",sort({lookup}.ids))}}'


def configuration(stack: Synthesised) -> Any:
    """The document in the variable, as Terraform reads the local value."""
    variable = environment(stack, "adot")["AOT_CONFIG_CONTENT"]
    assert variable == "${jsonencode(local.aot_config_content)}"
    text = json.dumps(stack.document["locals"]["aot_config_content"])
    assert "${" not in text.replace("$${", "")
    return json.loads(text.replace("$${", "${"))


@pytest.mark.parametrize(("side", "host"), [(Side.EC2, "connector"), (Side.FARGATE, "127.0.0.1")])
def test_the_application_is_asked_where_it_answers(side_of: SideOf, side: Side, host: str) -> None:
    """On EC2 127.0.0.1 is the collector itself: each container has a network of its own."""
    stack = side_of("connector", side)
    assert configuration(stack) == COLLECTOR
    variables = environment(stack, "adot")
    assert (variables["APPLICATION_HOST"], variables["APPLICATION_PORT"]) == (host, "8081")
    assert stack.containers["adot"].get("links", []) == (["connector"] if side is Side.EC2 else [])
