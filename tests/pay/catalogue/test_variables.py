"""Every service is given the variables that it cannot start without."""

import tomllib
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Call, CallStyle, Runtime

REQUIRED: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "required_variables.toml").read_text()
)

# Read only with a non-standard (local) endpoint; set, they would replace the task role's.
LEFT_OUT = {"AWS_ACCESS_KEY", "AWS_SECRET_KEY"}

# The constructs add it, from the RDS instance.
FROM_DATABASE = {"DB_HOST"}


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name in REQUIRED])
def test_names_every_variable_that_the_service_needs(name: str) -> None:
    service = CATALOGUE[name]
    given = {*service.variable_names, *(FROM_DATABASE if service.database else ())}
    assert set(REQUIRED[name]) - given == LEFT_OUT & set(REQUIRED[name])


@pytest.mark.parametrize("name", CATALOGUE)
def test_gives_no_long_lived_aws_keys(name: str) -> None:
    assert LEFT_OUT.isdisjoint(CATALOGUE[name].variable_names)


def call(caller: str, called: str) -> Call:
    if absent := {caller, called} - CATALOGUE.keys():
        pytest.skip(f"the catalogue has no {', '.join(sorted(absent))}")
    [found] = [c for c in CATALOGUE[caller].calls if c.service == called]
    return found


@pytest.mark.parametrize(
    ("caller", "called", "variables", "path"),
    [
        ("frontend", "connector", ("CONNECTOR_HOST",), ""),
        ("publicapi", "publicauth", ("PUBLIC_AUTH_URL",), "/v1/api/auth"),
        ("selfservice", "publicauth", ("PUBLIC_AUTH_URL",), "/v1/frontend/auth"),
        ("toolbox", "publicauth", ("PUBLIC_AUTH_URL",), ""),
        ("products", "publicapi", ("PUBLICAPI_URL",), ""),
    ],
)
def test_tells_a_caller_the_address_as_its_code_expects_it(
    caller: str, called: str, variables: tuple[str, ...], path: str
) -> None:
    found = call(caller, called)
    assert (found.variables, found.path, found.style) == (variables, path, CallStyle.URL)


@pytest.mark.parametrize(
    ("caller", "proxy", "style"),
    [
        ("connector", "egress", CallStyle.JAVA_PROXY),
        ("adminusers", "egress", CallStyle.JAVA_PROXY),
        ("webhooks", "webhooks-egress", CallStyle.JAVA_PROXY),
        ("frontend", "egress", CallStyle.HTTP_PROXY),
        ("selfservice", "egress", CallStyle.HTTP_PROXY),
        ("toolbox", "egress", CallStyle.HTTP_PROXY),
    ],
)
def test_tells_a_caller_its_proxy_in_the_way_of_its_runtime(
    caller: str, proxy: str, style: CallStyle
) -> None:
    assert call(caller, proxy).style is style


def test_what_goes_through_a_proxy_never_takes_calls_to_services_or_to_aws_along() -> None:
    for service in CATALOGUE.values():
        styles = {c.style for c in service.calls}
        if CallStyle.HTTP_PROXY in styles:
            exempt = service.environment["NO_PROXY"].split(",")
            assert {".{internal_zone}", ".{region}.amazonaws.com", "169.254.170.2"} <= set(exempt)
        if CallStyle.JAVA_PROXY in styles:
            # Java: "|" between patterns, a "*" at one end of each.
            option = "-Dhttp.nonProxyHosts=*.{internal_zone}|*.{region}.amazonaws.com"
            assert option in service.environment["JAVA_OPTS"].split()


def test_services_with_a_database_never_migrate_when_they_start() -> None:
    for service in CATALOGUE.values():
        if service.database:
            assert service.environment["RUN_MIGRATION"] == "false"
            assert service.environment["DB_SSL_OPTION"] == "ssl=true"
            assert "DB_PASSWORD" in {secret.variable for secret in service.secrets}


def test_applications_listen_where_their_ports_say() -> None:
    for service in CATALOGUE.values():
        if service.runtime in (Runtime.JAVA, Runtime.NODE):
            assert service.environment["PORT"] == str(service.container_port)
            assert service.environment["BIND_HOST"] == "{bind_host}"
        if service.runtime is Runtime.JAVA:
            assert service.environment["ADMIN_PORT"] == str(service.admin_port)


def test_a_heap_leaves_room_in_its_task() -> None:
    for name, service in CATALOGUE.items():
        if service.runtime is Runtime.JAVA:
            heap = next(
                option.removeprefix("-Xmx")
                for option in service.environment["JAVA_OPTS"].split()
                if option.startswith("-Xmx")
            )
            number, unit = int(heap[:-1]), heap[-1].upper()
            heap_mib = number * 1024 if unit == "G" else number
            sidecars = sum(sidecar.memory_mib for sidecar in service.sidecars)
            assert heap_mib + 300 + sidecars <= service.size.memory_mib, name
