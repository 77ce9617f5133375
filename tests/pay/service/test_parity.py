"""The parity report explains every difference between the sides, and no other."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.service.parity import parity
from tests.support.synthesised import SideOf, Synthesised


def attributes(stack: Synthesised) -> dict[str, object]:
    """Every attribute of a side by the name that the report uses."""
    values: dict[str, object] = {}
    for kind, prefix in (("resource", ""), ("data", "data.")):
        for type, resources in stack.document[kind].items():
            for name, body in resources.items():
                for key, value in body.items():
                    if key not in ("//", "container_definitions"):
                        values[f"{prefix}{type}.{name}.{key}"] = value
    for name, container in stack.containers.items():
        for key, value in container.items():
            values[f"container.{name}.{key}"] = value
    return values


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_difference_between_the_sides_is_explained(
    side_of: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    ec2, fargate = (attributes(side_of(name, side, Stage.DARK, "sandbox")) for side in Side)
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
