"""Which image a container runs, by a tag that the pipeline passes."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.containers.images import MOVING_TAGS, is_pinned
from pay.model import Environment, Side
from tests.support.synthesised import SideOf
from tests.support.terraform_runs import Terraform

REGISTRY = ".dkr.ecr.eu-west-1.amazonaws.com"


def test_each_container_takes_its_image_from_the_environments_own_registry(
    side_of: SideOf,
) -> None:
    stack = side_of("connector", Side.FARGATE)
    locals = stack.document["locals"]
    repositories = {
        "connector": "govukpay/connector",
        **{sidecar.name: sidecar.repository for sidecar in CATALOGUE["connector"].sidecars},
    }
    for name, container in stack.containers.items():
        assert container["image"] == f"${{local.{name}_image}}"
        registry, _, repository = locals[f"{name}_image"].partition("/")
        assert registry.endswith(REGISTRY)
        assert repository.startswith(f"{repositories[name]}$")


@pytest.mark.parametrize("side", Side)
def test_sidecars_have_the_digest_that_is_pinned_and_the_application_no_default(
    side_of: SideOf, environments: Mapping[str, Environment], side: Side
) -> None:
    stack = side_of("connector", side)
    variables = stack.document["variable"]
    assert set(variables) == {"application_image_tag", "nginx_image_tag", "adot_image_tag"}
    assert all(variable["nullable"] is False for variable in variables.values())
    assert "default" not in variables["application_image_tag"]
    for name, pin in environments["production-2"].sidecars.items():
        assert variables[f"{name}_image_tag"]["default"] == pin.digest
    for name in ("connector", "nginx"):
        assert '"sha256:") ? "@" : ":"' in stack.document["locals"][f"{name}_image"]


DIGEST = f"sha256:{'a' * 64}"
TAGS = (
    *sorted(MOVING_TAGS),
    *(tag.upper() for tag in sorted(MOVING_TAGS)),
    *(
        "Latest",
        "latest-8",
        "8-latest",
        "v1.main",
        "x_snapshot-1",
        "8-mainline",
        "123-release",
        *(
            "production",
            "next",
            "canary",
            "rc",
            "7-rc",
            "2.0.0-rc.1",
            "v1",
            "1.25-alpine",
            "1.25.3",
        ),
        *("3f2a1bc", "abcdefa", "abcdef"),
        f"8-{'a' * 126}",
        f"8-{'a' * 127}",
        "_",
        "-",
        ".",
    ),
    *(DIGEST, f"{DIGEST}a", DIGEST.upper(), "sha256:abc", "sha256:", "", " ", "8 release"),
    *("8-release\n", "8-release\nlatest", "latest\n"),
)


def test_terraform_refuses_the_same_tags_as_guard_and_gate(
    side_of: SideOf, tools: Mapping[str, str], tmp_path: Path
) -> None:
    variable = side_of("egress", Side.EC2).document["variable"]["application_image_tag"]
    conditions = " && ".join(f"({each['condition'][2:-1]})" for each in variable["validation"])
    expression = conditions.replace("var.application_image_tag", "tag")

    asked = f"jsonencode([for tag in {json.dumps(TAGS)} : {expression}])"
    answer = Terraform("terraform", tools).run(tmp_path, "console", stdin=asked)
    accepted = dict(zip(TAGS, json.loads(json.loads(answer)), strict=True))

    assert accepted == {
        tag: is_pinned(f"app{'@' if tag.startswith('sha256:') else ':'}{tag}") for tag in TAGS
    }
    assert {tag for tag, is_accepted in accepted.items() if is_accepted} == {
        *("8-mainline", "123-release", f"8-{'a' * 126}", DIGEST),
        *("2.0.0-rc.1", "1.25.3", "3f2a1bc", "abcdefa"),
    }


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_refused_tag_is_told_in_a_sentence_of_one_line(side_of: SideOf, name: str) -> None:
    for variable, body in side_of(name, Side.EC2).document["variable"].items():
        form, *moving = (each["error_message"] for each in body["validation"])
        assert form.startswith(f"{variable} must be a tag such as 123-release")
        assert all(each.startswith(f"{variable} must name one release") for each in moving)
        # With the argument's name and the indentation before it.
        assert max(map(len, (form, *moving))) < 170
