"""What services of a runtime share is added to each; what is a service's own comes first."""

import sys
from pathlib import Path
from typing import Any

import pytest

from pay import catalogue
from pay.catalogue.runtimes import JavaService, NodeService, java_options
from pay.model import Call, CallStyle, Database, Exposure, Scope, Secret
from tests.support.problems import only

OWN: dict[str, Any] = {"name": "orders", "exposure": Exposure.INTERNAL, "scope": Scope.OUTSIDE}
THROUGH_A_PROXY = Call(service="egress", variables=("HTTPS_PROXY",), style=CallStyle.HTTP_PROXY)


def test_a_service_says_no_more_than_its_name_and_who_reaches_it() -> None:
    for service in (JavaService(**OWN), NodeService(**OWN)):
        assert service.environment["PORT"] == str(service.container_port)
        assert [secret.variable for secret in service.secrets] == ["SENTRY_DSN"]
        assert service.target_container == "nginx"


def test_a_database_brings_its_variables_and_its_password() -> None:
    without, with_one = JavaService(**OWN), JavaService(**OWN, database=Database())
    added = with_one.environment.keys() - without.environment.keys()
    assert added == {"DB_NAME", "DB_USER", "DB_SSL_OPTION", "RUN_APP", "RUN_MIGRATION"}
    assert [secret.variable for secret in with_one.secrets] == ["DB_PASSWORD", "SENTRY_DSN"]


def test_only_calls_through_an_http_proxy_bring_the_names_that_it_is_not_asked_for() -> None:
    assert "NO_PROXY" not in NodeService(**OWN).environment
    assert "NO_PROXY" in NodeService(**OWN, calls=(THROUGH_A_PROXY,)).environment


def test_an_own_variable_replaces_a_shared_one_and_an_own_secret_is_added() -> None:
    service = JavaService(
        **OWN,
        container_port=9999,
        environment={"JAVA_OPTS": java_options("-Xmx64m")},
        secrets=(Secret(variable="API_TOKEN"),),
    )
    assert service.environment["JAVA_OPTS"].startswith("-Xmx64m ")
    assert service.environment["PORT"] == "9999"
    assert [secret.variable for secret in service.secrets] == ["SENTRY_DSN", "API_TOKEN"]


def test_a_mistake_is_reported_at_the_line_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "one_mistake"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "orders.py").write_text(
        "from pay.catalogue.runtimes import JavaService\n\n"
        'ORDERS = JavaService(name="orders", exposure="internal", scope="outside", secrets=3)\n'
    )
    for module in ("one_mistake", "one_mistake.orders"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    problem = only(catalogue.read(package, "one_mistake")[1])
    assert (problem.key, problem.line) == ("secrets", 3)
