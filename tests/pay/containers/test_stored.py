"""What ECS adds to a container definition when it stores it."""

from typing import Any

import pytest

from pay.containers.stored import as_stored
from pay.unread import Unread

BARE = {"name": "app", "image": "app:1", "memory": 128}


def stored(network_mode: str = "bridge", **given: Any) -> dict[str, Any]:
    return dict(as_stored(BARE | given, network_mode))


def test_a_bare_container_gets_every_list_and_number() -> None:
    assert stored(mountPoints=None) == {
        **BARE,
        "cpu": 0,
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "portMappings": [],
        "systemControls": [],
        "volumesFrom": [],
    }


@pytest.mark.parametrize(
    ("network_mode", "host_port"), [("bridge", 0), ("host", 8080), ("awsvpc", 8080)]
)
def test_a_port_gets_a_protocol_and_a_port_of_the_host(network_mode: str, host_port: int) -> None:
    mapping = {"containerPort": 8080, "hostPort": host_port, "protocol": "tcp"}
    assert stored(network_mode, portMappings=[{"containerPort": 8080}])["portMappings"] == [mapping]


def test_a_range_of_ports_gets_no_port_of_the_host() -> None:
    mapping = {"containerPortRange": "8080-8089"}
    assert stored(portMappings=[mapping])["portMappings"] == [{**mapping, "protocol": "tcp"}]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"drop": ["ALL"]}, {"add": [], "drop": ["ALL"]}),
        ({"add": ["SYS_PTRACE"]}, {"add": ["SYS_PTRACE"], "drop": []}),
    ],
)
def test_capabilities_get_both_lists(given: dict[str, Any], kept: dict[str, Any]) -> None:
    container = stored(linuxParameters={"initProcessEnabled": True, "capabilities": given})
    assert container["linuxParameters"] == {"initProcessEnabled": True, "capabilities": kept}


def test_other_linux_parameters_get_nothing() -> None:
    parameters = {"initProcessEnabled": True}
    assert stored(linuxParameters=parameters)["linuxParameters"] == parameters


def test_a_health_check_gets_its_times() -> None:
    check = {"command": ["CMD", "true"], "timeout": 2}
    assert stored(healthCheck=check)["healthCheck"] == {**check, "interval": 30, "retries": 3}


def test_what_is_given_stays() -> None:
    given = {
        "cpu": 256,
        "essential": False,
        "portMappings": [{"containerPort": 53, "hostPort": 5353, "protocol": "udp"}],
        "healthCheck": {"command": ["CMD", "true"], "interval": 9, "timeout": 2, "retries": 1},
        "systemControls": [{"namespace": "net.core.somaxconn", "value": "128"}],
        "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}},
    }
    container = stored("awsvpc", **given)
    assert container | given == container


@pytest.mark.parametrize("given", [{"portMappings": "8080"}, {"portMappings": [8080]}])
def test_refuses_ports_that_are_not_objects(given: dict[str, Any]) -> None:
    with pytest.raises(Unread, match="portMappings is not a list of objects"):
        stored(**given)
