"""The parity report explains every difference between the sides, and no other."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Kept, Side, Stage
from pay.service.ec2 import Ec2Service
from pay.service.parity import SideDifference, parity
from tests.support.services import at_stage, keeping, unhardened
from tests.support.synthesised import SideOf, Synthesised, rendered


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


def assert_explained(
    ec2: Synthesised, fargate: Synthesised, report: tuple[SideDifference, ...]
) -> None:
    one, other = attributes(ec2), attributes(fargate)
    differing = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    explained = {attribute for row in report for attribute in row.attributes}

    unexplained = {key for key in differing if not explained & {key, key.rsplit(".", 1)[0]}}
    outlived = {
        attribute
        for attribute in explained
        if not any(key == attribute or key.startswith(f"{attribute}.") for key in differing)
    }

    assert unexplained == set()
    assert outlived == set()


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_difference_between_the_sides_is_explained(
    side_of: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    ec2, fargate = (side_of(name, side, Stage.DARK, "sandbox") for side in Side)
    dark = at_stage(environments["sandbox"], name, Stage.DARK)
    assert_explained(ec2, fargate, parity(CATALOGUE[name], dark))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_what_is_taken_over_unhardened_is_explained(
    as_it_ran: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    dark = at_stage(environments["sandbox"], name, Stage.DARK)
    report = parity(CATALOGUE[name], unhardened(dark, name))
    assert_explained(as_it_ran(name, Side.EC2), as_it_ran(name, Side.FARGATE), report)
    assert "hardening" in {row.aspect for row in report}


@pytest.mark.parametrize("name", ["egress", "ledger"])
def test_what_an_adopted_side_keeps_is_explained(
    side_of: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    kept = keeping(at_stage(environments["sandbox"], name, Stage.DARK), name, *Kept)
    service = CATALOGUE[name]
    ec2 = rendered(lambda stack: Ec2Service(stack, "Default", service=service, environment=kept))
    assert_explained(ec2, side_of(name, Side.FARGATE, Stage.DARK, "sandbox"), parity(service, kept))
