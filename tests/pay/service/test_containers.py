"""The containers of a task."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.side import ServiceSide
from tests.support.synthesised import SideOf, Synthesised


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("side", Side)
def test_the_containers_share_out_exactly_what_the_task_has(
    side_of: SideOf, name: str, side: Side
) -> None:
    size = CATALOGUE[name].size
    containers = side_of(name, side, Stage.HALF, "sandbox").containers.values()
    assert sum(container["cpu"] for container in containers) == size.cpu
    assert sum(container["memory"] for container in containers) == size.memory_mib


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_only_a_task_on_fargate_has_a_ceiling_of_cpu(side_of: SideOf, name: str) -> None:
    """AWS: on EC2 a task may use what its instance has left, as the tasks of today do."""
    ec2, fargate = (
        side_of(name, side, Stage.HALF, "sandbox").resource("aws_ecs_task_definition", "task")
        for side in Side
    )
    assert ec2.get("cpu") is None
    assert fargate["cpu"] == str(CATALOGUE[name].size.cpu)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("side", Side)
def test_the_default_of_ecs_that_the_provider_does_not_know_is_written(
    side_of: SideOf, name: str, side: Side
) -> None:
    for container in side_of(name, side).containers.values():
        assert container["linuxParameters"] == {"capabilities": {"add": [], "drop": ["ALL"]}}


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


@pytest.mark.parametrize(
    "name", [name for name, service in CATALOGUE.items() if service.target_port < 1024]
)
def test_a_container_that_listens_on_a_privileged_port_may_do_so_without_root(
    name: str, side_of: SideOf
) -> None:
    container = side_of(name, Side.EC2).containers[name]
    assert container["portMappings"] == [{"containerPort": CATALOGUE[name].target_port}]
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


def variables(stack: Synthesised, container: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in stack.containers[container]["environment"]}


behind_nginx = pytest.mark.parametrize(
    "name", sorted(name for name in CATALOGUE if CATALOGUE[name].front)
)


@behind_nginx
def test_on_fargate_only_sidecars_reach_the_plain_text_ports_of_an_application(
    side_of: SideOf, name: str
) -> None:
    fargate = side_of(name, Side.FARGATE)
    assert variables(fargate, name)["BIND_HOST"] == "127.0.0.1"
    assert variables(fargate, "nginx")["PROXY_SERVICE_HOST"] == "http://127.0.0.1"
    # The load balancer, and so its health check, asks NGINX.
    assert [part for part, body in fargate.containers.items() if body.get("portMappings")] == [
        CATALOGUE[name].target_container
    ]


@behind_nginx
def test_on_ec2_an_application_answers_its_sidecars_by_the_docker_link(
    side_of: SideOf, name: str
) -> None:
    ec2 = side_of(name, Side.EC2)
    assert variables(ec2, name)["BIND_HOST"] == "0.0.0.0"
    assert variables(ec2, "nginx")["PROXY_SERVICE_HOST"] == f"http://{name}"
    assert ec2.containers["nginx"]["links"] == [name]


def test_an_application_without_a_sidecar_listens_on_every_address(
    environments: Mapping[str, Environment],
) -> None:
    bare = CATALOGUE["ledger"].model_copy(update={"sidecars": ()})
    for side in Side:
        assert ServiceSide(bare, environments["sandbox"], side).bind_host == "0.0.0.0"


HARDENING = {"user", "readonlyRootFilesystem", "linuxParameters", "mountPoints", "systemControls"}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_what_is_taken_over_unhardened_keeps_its_rights_and_nothing_else_differs(
    side_of: SideOf, as_it_ran: SideOf, name: str
) -> None:
    hardened = side_of(name, Side.EC2, Stage.DARK, "sandbox")
    taken_over = as_it_ran(name, Side.EC2)
    assert taken_over.containers == {
        container: {key: value for key, value in body.items() if key not in HARDENING}
        for container, body in hardened.containers.items()
    }
    assert "volume" not in taken_over.resource("aws_ecs_task_definition", "task")


def test_fargate_is_hardened_whatever_runs_on_ec2(side_of: SideOf, as_it_ran: SideOf) -> None:
    name = min(CATALOGUE)
    hardened = side_of(name, Side.FARGATE, Stage.DARK, "sandbox")
    assert as_it_ran(name, Side.FARGATE).document == hardened.document
