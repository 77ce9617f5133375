"""The parity report explains every difference between the sides, and no other."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, names
from pay.service.parity import parity
from tests.support.synthesised import Synthesised, synthesise


@pytest.fixture(scope="module")
def dark(environments: Mapping[str, Environment]) -> Mapping[str, Synthesised]:
    """The sandbox with both sides of every service."""
    sandbox = environments["sandbox"]
    services = {
        name: deployment.model_copy(update={"stage": Stage.DARK})
        for name, deployment in sandbox.services.items()
    }
    return synthesise([sandbox.model_copy(update={"services": services})])


def attributes(stack: Synthesised) -> dict[str, object]:
    """Every attribute of a side by the name that the report uses."""
    found: dict[str, object] = {}
    for kind, prefix in (("resource", ""), ("data", "data.")):
        for type, resources in stack.document[kind].items():
            for name, body in resources.items():
                address = f"{prefix}{type}.{name}"
                for key, value in body.items():
                    if key not in ("//", "container_definitions"):
                        found[f"{address}.{key}"] = value
    for name, container in stack.containers.items():
        for key, value in container.items():
            found[f"container.{name}.{key}"] = value
    return found


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_difference_between_the_sides_is_explained(
    dark: Mapping[str, Synthesised], environments: Mapping[str, Environment], name: str
) -> None:
    ec2 = attributes(dark[names.side_stack("sandbox", name, Side.EC2)])
    fargate = attributes(dark[names.side_stack("sandbox", name, Side.FARGATE)])
    differing = {key for key in ec2.keys() | fargate.keys() if ec2.get(key) != fargate.get(key)}
    report = parity(CATALOGUE[name], environments["sandbox"])
    explained = {attribute for row in report for attribute in row.attributes}

    unexplained = {key for key in differing if not explained & {key, key.rsplit(".", 1)[0]}}
    outlived = {
        attribute
        for attribute in explained
        if not any(key == attribute or key.startswith(f"{attribute}.") for key in differing)
    }

    assert unexplained == set()
    assert outlived == set()
