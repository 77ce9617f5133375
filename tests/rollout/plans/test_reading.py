"""What is a plan of a stack, and what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from pay.environments.load import load_environments
from pay.model import Environment, stacks
from pay.model.problem import InvalidInput
from rollout.plans.read import read_plans
from tests.conftest import ROOT
from tests.support.plans import EC2, TRAFFIC, Json, change, plan, records, traffic

MOVE = traffic(records(100, 0), records(95, 5))


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def problems(path: Path, environments: dict[str, Environment]) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_plans([path], environments)
    return str(caught.value)


def write(folder: Path, document: Any, name: str = "plan.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "an empty file"),
        ("Terraform will perform the following actions:", "the text that Terraform prints"),
        ("[]", "JSON that is not a plan"),
        ("{}", "JSON that is not a plan"),
        ("[" * 100_000, "JSON that is nested too deeply"),
        ({**MOVE, "resource_changes": nested(101)}, "more than 100 objects and lists in one"),
        ({**MOVE, "resource_changes": nested(900)}, "more than 100 objects and lists in one"),
        ({**MOVE, "format_version": "v" * 3000}, "characters); allowed"),
        ({"format_version": "1.0", "values": {}}, "a state, not a plan"),
        ({**MOVE, "format_version": "2.0"}, "format_version"),
        ({**MOVE, "resource_changes": {}}, "resource_changes"),
    ],
)
def test_refuses_what_is_no_plan(
    tmp_path: Path, environments: dict[str, Environment], content: Any, says: str
) -> None:
    text = problems(write(tmp_path, content), environments)
    assert says in text
    assert "terraform show -json" in text


def test_refuses_the_binary_plan_file(tmp_path: Path, environments: dict[str, Environment]) -> None:
    path = tmp_path / "plan.bin"
    path.write_bytes(b"PK\x03\x04rest")
    assert "binary" in problems(path, environments)


def test_refuses_a_file_that_is_not_there(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    assert "No such file" in problems(tmp_path / "none.json", environments)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"actions": ["no-op"], "before": {"a": 1}, "after": {"a": 2}}, "no-op"),
        ({"actions": ["create"], "before": {"a": 1}, "after": {"a": 2}}, "no values before"),
        ({"actions": ["delete"], "before": {"a": 1}, "after": {"a": 2}}, "no values after"),
        ({"actions": ["update"], "before": None, "after": {"a": 2}}, "needs values before"),
        ({"actions": ["explode"], "before": {"a": 1}, "after": {"a": 2}}, "known:"),
        ({"actions": [], "before": {"a": 1}, "after": {"a": 2}}, "found none"),
    ],
)
def test_refuses_a_change_that_contradicts_its_action(
    tmp_path: Path, environments: dict[str, Environment], changed: Json, says: str
) -> None:
    entry = {"address": "aws_lb.alb", "mode": "managed", "type": "aws_lb", "change": changed}
    assert says in problems(write(tmp_path, plan(EC2, entry)), environments)


@pytest.mark.parametrize("where", ["prior_state", "planned_values"])
def test_refuses_a_plan_that_hides_a_resource(
    tmp_path: Path, environments: dict[str, Environment], where: str
) -> None:
    hidden = {"address": "aws_lb.alb", "mode": "managed", "type": "aws_lb", "values": {}}
    module = {"child_modules": [{"resources": [hidden]}]}
    values: Json = {"root_module": module}
    document = plan(EC2)
    document[where] = {"values": values} if where == "prior_state" else values
    assert "leaves out aws_lb.alb" in problems(write(tmp_path, document), environments)


def test_a_partial_plan_leaves_out_what_it_was_not_asked_for(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    """It is a plan, and the guard refuses it for being partial."""
    other = {"address": "aws_lb.alb", "mode": "managed", "type": "aws_lb", "values": {}}
    partial = plan(EC2, planned_values={"root_module": {"resources": [other]}}, complete=False)
    read_plans([write(tmp_path, partial)], environments)


def test_refuses_a_managed_resource_that_calls_itself_data(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    entry = {**change("aws_lb.alb", {"a": 1}, None), "mode": "data"}
    assert "contradicts the address" in problems(write(tmp_path, plan(EC2, entry)), environments)


def test_tells_every_mistake_of_every_file(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    paths = [write(tmp_path, "", "a.json"), write(tmp_path, {}, "b.json")]
    with pytest.raises(InvalidInput) as caught:
        read_plans(paths, environments)
    assert len(caught.value.problems) == 2


def test_refuses_two_plans_of_one_stack(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    paths = [write(tmp_path, MOVE, "a.json"), write(tmp_path, MOVE, "b.json")]
    with pytest.raises(InvalidInput, match="again"):
        read_plans(paths, environments)


def untagged(document: Json) -> Json:
    return {**document, "configuration": {"root_module": {}}}


def test_knows_the_stack_by_its_tag(tmp_path: Path, environments: dict[str, Environment]) -> None:
    (found,) = read_plans([write(tmp_path, MOVE)], environments)
    assert (found.stack.id, found.stack.kind) == (TRAFFIC, stacks.TRAFFIC)
    assert (found.stack.environment, found.stack.service) == ("sandbox", "publicauth")


def test_knows_the_stack_by_its_file_or_folder(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    folder = tmp_path / TRAFFIC
    folder.mkdir()
    paths = [
        write(tmp_path, untagged(MOVE), f"{TRAFFIC}.plan.json"),
        write(folder, untagged(MOVE)),
    ]
    for path in paths:
        (found,) = read_plans([path], environments)
        assert found.stack.id == TRAFFIC


def test_refuses_a_plan_whose_stack_nobody_names(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    assert "no tag Stack" in problems(write(tmp_path, untagged(MOVE)), environments)


def test_refuses_a_plan_under_another_stacks_name(
    tmp_path: Path, environments: dict[str, Environment]
) -> None:
    path = write(tmp_path, MOVE, f"{EC2}.json")
    assert "the file is named for" in problems(path, environments)


def test_refuses_a_plan_of_an_environment_without_a_file(tmp_path: Path) -> None:
    assert "has no file" in problems(write(tmp_path, MOVE), {})


def test_tells_every_stack_of_the_estate_apart() -> None:
    """Names of environments and services both hold hyphens."""
    environments = load_environments(ROOT / "environments")
    services = sum(len(e.services) for e in environments.values())
    registries = {each.account_id for each in environments.values() if each.registry}
    watched = {each.account_id for each in environments.values() if each.watching}
    tried = sum(each.smoke is not None for each in environments.values())
    asleep = sum(each.sleep is not None for each in environments.values())
    loaded = sum(each.load is not None for each in environments.values())
    of_accounts = len(registries) + len(watched)
    count = 4 * services + 3 * len(environments) + of_accounts + tried + asleep + loaded
    assert len(stacks.known_stacks(environments)) == count
