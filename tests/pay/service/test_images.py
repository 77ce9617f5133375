"""Which image a container runs, by a tag that the pipeline passes."""

import re

from pay.catalogue import CATALOGUE
from pay.model import Side
from tests.support.synthesised import SideOf

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


def test_a_tag_has_no_default_and_a_digest_takes_its_place(side_of: SideOf) -> None:
    stack = side_of("connector", Side.EC2)
    variables = stack.document["variable"]
    assert set(variables) == {"application_image_tag", "nginx_image_tag", "adot_image_tag"}
    for variable in variables.values():
        assert "default" not in variable
        assert variable["nullable"] is False
    assert '"sha256:") ? "@" : ":"' in stack.document["locals"]["connector_image"]


def test_a_tag_that_is_not_pinned_is_refused_with_a_sentence(side_of: SideOf) -> None:
    variable = side_of("egress", Side.EC2).document["variable"]["application_image_tag"]
    (validation,) = variable["validation"]
    assert "latest" in validation["condition"]
    assert "application_image_tag must be a pinned tag" in validation["error_message"]
    [pattern] = re.findall(r'regex\("(.*?)", ', validation["condition"])
    assert re.match(pattern, "123-release")
    assert re.match(pattern, f"sha256:{'a' * 64}")
    assert not re.match(pattern, "sha256:abc")
    assert not re.match(pattern, "")
