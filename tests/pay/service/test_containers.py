"""The containers of a task."""

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Side
from tests.support.synthesised import SideOf


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("side", Side)
def test_the_containers_share_out_exactly_what_the_task_has(
    side_of: SideOf, name: str, side: Side
) -> None:
    stack = side_of(name, side)
    task = stack.resource("aws_ecs_task_definition", "task")
    containers = stack.containers.values()
    assert sum(container["cpu"] for container in containers) == int(task["cpu"])
    assert sum(container["memory"] for container in containers) == int(task["memory"])


def test_each_container_writes_to_volumes_of_its_own_only(side_of: SideOf) -> None:
    stack = side_of("connector", Side.FARGATE)
    volumes = {
        volume["name"] for volume in stack.resource("aws_ecs_task_definition", "task")["volume"]
    }
    mounted = [
        mount["sourceVolume"]
        for container in stack.containers.values()
        for mount in container["mountPoints"]
    ]
    assert sorted(mounted) == sorted(volumes)


def test_logging_never_makes_a_payment_wait(side_of: SideOf) -> None:
    for container in side_of("connector", Side.EC2).containers.values():
        options = container["logConfiguration"]["options"]
        assert (options["mode"], options["max-buffer-size"]) == ("non-blocking", "25m")


def test_a_task_ends_with_its_proxy_and_not_with_its_collector(side_of: SideOf) -> None:
    essential = {
        name: container["essential"]
        for name, container in side_of("connector", Side.FARGATE).containers.items()
    }
    assert essential == {"connector": True, "nginx": True, "adot": False}


def test_only_the_container_behind_the_load_balancer_has_a_port(side_of: SideOf) -> None:
    ports = {
        name: container.get("portMappings")
        for name, container in side_of("connector", Side.EC2).containers.items()
    }
    assert ports == {"connector": None, "nginx": [{"containerPort": 10443}], "adot": None}


def test_a_container_that_listens_on_a_privileged_port_may_do_so_without_root(
    side_of: SideOf,
) -> None:
    container = side_of("notifications", Side.EC2).containers["notifications"]
    assert container["portMappings"] == [{"containerPort": 443}]
    assert container["systemControls"] == [
        {"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
    ]


def test_sidecars_are_the_same_on_both_sides_but_for_where_the_application_is(
    side_of: SideOf,
) -> None:
    ec2, fargate = (side_of("connector", side).containers for side in Side)
    assert set(ec2) == set(fargate)
    for name in ec2:
        differing = {
            key
            for key in set(ec2[name]) | set(fargate[name])
            if ec2[name].get(key) != fargate[name].get(key)
        }
        assert differing <= {"links", "environment", "logConfiguration"}
