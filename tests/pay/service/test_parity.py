"""The parity report explains every difference between the sides, and no other."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.service.parity import Difference, parity
from tests.support.services import unhardened
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
    ec2, fargate = (side_of(name, side, Stage.DARK, "sandbox") for side in Side)
    assert_explained(ec2, fargate, parity(CATALOGUE[name], environments["sandbox"]))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_what_is_taken_over_unhardened_is_explained(
    as_it_ran: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    report = parity(CATALOGUE[name], unhardened(environments["sandbox"], name))
    assert_explained(as_it_ran(name, Side.EC2), as_it_ran(name, Side.FARGATE), report)
    assert "hardening" in {row.aspect for row in report}


def assert_explained(
    on_ec2: Synthesised, on_fargate: Synthesised, report: tuple[Difference, ...]
) -> None:
    ec2, fargate = attributes(on_ec2), attributes(on_fargate)
    differing = {key for key in ec2.keys() | fargate.keys() if ec2.get(key) != fargate.get(key)}
    explained = {attribute for row in report for attribute in row.attributes}

    unexplained = {key for key in differing if not explained & {key, key.rsplit(".", 1)[0]}}
    outlived = {
        attribute
        for attribute in explained
        if not any(key == attribute or key.startswith(f"{attribute}.") for key in differing)
    }

    assert unexplained == set()
    assert outlived == set()
