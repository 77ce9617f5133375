"""Which images run, read from a side's state, so that a plan of a stage shows no release."""

import json
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.model.problem import InvalidInput
from pay.service.images import APPLICATION_IMAGE_TAG
from rollout.plans import releases
from rollout.plans.releases import image_tag_variables, main
from tests.support.plans import EC2, FARGATE, Json, container

DIGEST = f"sha256:{'0' * 64}"
OLD = {"format_version": "1.0"}
"""What `terraform show -json` writes of a stack that was never applied."""


def state(*containers: Json) -> Json:
    task = {
        "address": "aws_ecs_task_definition.task",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "values": {"container_definitions": json.dumps(containers)},
    }
    return {**OLD, "values": {"root_module": {"resources": [task]}}}


def printed(
    capsys: pytest.CaptureFixture[str], folder: Path, stack: str, *states: Json
) -> dict[str, str]:
    paths = []
    for number, content in enumerate(states):
        paths.append(folder / f"{number}.json")
        paths[-1].write_text(json.dumps(content))
    main(stack, *map(str, paths))
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


def test_tells_the_tags_that_a_side_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    running = state(container(), container("nginx", image=f"registry.test/nginx@{DIGEST}"))
    assert printed(capsys, tmp_path, EC2, running) == {
        "application_image_tag": "7-release",
        "nginx_image_tag": DIGEST,
    }


def test_a_side_that_is_not_there_yet_gets_the_other_sides_release(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = printed(capsys, tmp_path, FARGATE, OLD, state(container()))
    assert found == {"application_image_tag": "7-release"}


def test_a_side_keeps_its_own_release(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = state(container(image="registry.test/publicauth:8-release"))
    found = printed(capsys, tmp_path, EC2, state(container()), other)
    assert found == {"application_image_tag": "7-release"}


def test_says_nothing_where_nothing_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert printed(capsys, tmp_path, FARGATE, OLD, OLD) == {}


@pytest.mark.parametrize("text", ["no JSON", '{"values": 7}'])
def test_refuses_a_state_that_it_cannot_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="terraform show -json"):
        main(EC2, str(path))


def test_names_the_variables_that_the_stacks_declare() -> None:
    assert releases.APPLICATION_IMAGE_TAG == APPLICATION_IMAGE_TAG
    for name, service in CATALOGUE.items():
        assert set(image_tag_variables(name)) == {name, *(s.name for s in service.sidecars)}
