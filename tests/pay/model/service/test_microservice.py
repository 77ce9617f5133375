"""A microservice that does not hold together is refused, each mistake under its key."""

from typing import Any

import pytest

from pay.catalogue.sidecars import ADOT, NGINX
from pay.model import (
    Access,
    BucketUse,
    Call,
    CallStyle,
    LoadBalancerType,
    QueueUse,
    Secret,
    Sidecar,
    TaskSize,
)
from tests.support.problems import only, refusal
from tests.support.services import proxy, service


def test_a_service_behind_an_application_load_balancer_is_reached_through_nginx() -> None:
    orders = service()
    assert orders.load_balancer_type is LoadBalancerType.APPLICATION
    assert (orders.target_container, orders.target_port) == ("nginx", 10443)
    assert (orders.target_protocol, orders.listener_port) == ("HTTPS", 443)


def test_a_forward_proxy_is_reached_itself_over_tcp() -> None:
    egress = proxy()
    assert egress.load_balancer_type is LoadBalancerType.NETWORK
    assert (egress.target_container, egress.target_port) == ("egress", 8080)
    assert (egress.target_protocol, egress.listener_port) == ("TCP", 8080)
    assert egress.log_kind == "squid"


def test_metrics_are_on_the_admin_port_where_there_is_one() -> None:
    assert service(admin_port=8081).metrics_port == 8081
    assert service().metrics_port == 8080


def test_refuses_an_application_without_a_health_check_path() -> None:
    problem = only(refusal(lambda: service(health_check_path=None)))
    assert (problem.key, problem.found, problem.fix) == ("health_check_path", "nothing", "add it")


def test_refuses_a_forward_proxy_with_a_health_check_path() -> None:
    problem = only(refusal(lambda: proxy(health_check_path="/ping")))
    assert (problem.key, problem.found) == ("health_check_path", "/ping")


def test_refuses_plain_text_up_to_the_task() -> None:
    assert only(refusal(lambda: service(sidecars=(ADOT,)))).key == "sidecars"
    assert service(sidecars=(ADOT,), terminates_tls=True).target_protocol == "HTTPS"


def test_refuses_sidecars_that_take_the_whole_task() -> None:
    greedy = NGINX.model_copy(update={"cpu": 256, "memory_mib": 512})
    small = TaskSize(cpu=256, memory_mib=512)
    problems = refusal(lambda: service(size=small, sidecars=(greedy,)))
    assert [problem.key for problem in problems] == ["size.cpu", "size.memory_mib"]


def test_refuses_a_variable_that_is_set_twice() -> None:
    problem = only(
        refusal(lambda: service(environment={"ORDERS_URL": "x"}, parameters=("ORDERS_URL",)))
    )
    assert problem.found == "ORDERS_URL 2 times"


def test_refuses_a_secret_among_the_plain_variables_by_its_name() -> None:
    problem = only(refusal(lambda: service(environment={"DB_PASSWORD": "hunter2"})))
    assert problem.key == "environment.DB_PASSWORD"
    assert problem.fix == "move DB_PASSWORD to secrets"
    assert "hunter2" not in str(problem)


def test_refuses_a_secret_among_the_plain_variables_by_its_looks() -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    problem = only(refusal(lambda: service(environment={"CLIENT": key})))
    assert problem.found == ("what looks like a secret (its value has the form of: AWS Access Key)")
    assert key not in str(problem)


def test_refuses_a_secret_among_the_parameters() -> None:
    problem = only(refusal(lambda: service(parameters=("DB_PASSWORD",))))
    assert problem.key == "parameters"


def test_refuses_a_secret_in_a_sidecar() -> None:
    values = NGINX.model_dump() | {"environment": {"API_TOKEN": "hunter2"}}
    assert only(refusal(lambda: Sidecar(**values))).key == "environment.API_TOKEN"


@pytest.mark.parametrize("user", ["root", "0:0", "0:1000", "1000:0", "1000"])
def test_refuses_a_container_that_runs_as_root_or_nobody_knows_whom(user: str) -> None:
    problem = only(refusal(lambda: service(user=user)))
    assert problem.key == "user"
    assert "never root" in problem.allowed


@pytest.mark.parametrize("repository", ["govukpay/adot:latest", "govukpay/adot@sha256:00", "Adot"])
def test_refuses_an_image_tag_in_the_repository(repository: str) -> None:
    values = ADOT.model_dump() | {"repository": repository}
    problem = only(refusal(lambda: Sidecar(**values)))
    assert problem.key == "repository"
    assert "latest" in problem.allowed


def test_refuses_an_unknown_field_of_a_template_and_suggests_one() -> None:
    problem = only(refusal(lambda: service(environment={"ENVIRONMENT": "{enviroment}"})))
    assert problem.key == "environment.ENVIRONMENT"
    assert problem.found == "{enviroment} in '{enviroment}'"
    assert problem.fix == "did you mean environment?"


def test_refuses_a_template_with_a_brace_too_many() -> None:
    problem = only(refusal(lambda: service(environment={"CONFIG": "{"})))
    assert "a brace without its partner" in problem.found


def test_refuses_a_name_that_dns_would_not_take() -> None:
    assert only(refusal(lambda: service("Orders_1"))).key == "name"
    assert only(refusal(lambda: service("a" * 21))).key == "name"


def test_reports_all_mistakes_at_once() -> None:
    problems = refusal(
        lambda: service(
            health_check_path=None,
            sidecars=(),
            parameters=("DB_PASSWORD", "PORT"),
            secrets=(Secret(variable="PORT"),),
        )
    )
    assert [problem.key for problem in problems] == [
        "health_check_path",
        "sidecars",
        "",
        "parameters",
    ]


def test_refuses_a_work_switch_that_is_not_on() -> None:
    problem = only(refusal(lambda: service(environment={"WORK": "false"}, work_switches=("WORK",))))
    assert (problem.key, problem.found) == ("work_switches", "WORK, which is false")
    missing = only(refusal(lambda: service(work_switches=("WORK",))))
    assert missing.found == "WORK, which is not set"


SENDS = (QueueUse(name="work", variable="QUEUE", access=frozenset({Access.SEND})),)
READS = (BucketUse(name="files", variable="BUCKET", access=frozenset({Access.READ})),)
JAVA_PROXY = (Call(service="egress", style=CallStyle.JAVA_PROXY),)
NODE_PROXY = (Call(service="egress", variables=("HTTPS_PROXY",), style=CallStyle.HTTP_PROXY),)


@pytest.mark.parametrize(
    ("uses", "variable", "value"),
    [
        ({"queues": SENDS, "calls": JAVA_PROXY}, "JAVA_OPTS", ""),
        (
            {"queues": SENDS, "calls": JAVA_PROXY},
            "JAVA_OPTS",
            "-Xmx1G -Dhttp.nonProxyHosts=*.{internal_zone}",
        ),
        (
            {"queues": SENDS, "calls": JAVA_PROXY},
            "JAVA_OPTS",
            "-Dhttp.nonProxyHosts=*.{internal_zone},*.{region}.amazonaws.com",
        ),
        (
            {"queues": SENDS, "calls": JAVA_PROXY},
            "JAVA_OPTS",
            "-Dhttps.nonProxyHosts=*.{region}.amazonaws.com",
        ),
        ({"buckets": READS, "calls": NODE_PROXY}, "NO_PROXY", ".{internal_zone}"),
    ],
)
def test_refuses_to_send_what_is_for_aws_through_a_forward_proxy(
    uses: dict[str, Any], variable: str, value: str
) -> None:
    problem = only(refusal(lambda: service(environment={variable: value}, **uses)))
    assert (problem.key, problem.found) == (f"environment.{variable}", value or "nothing")


@pytest.mark.parametrize(
    ("uses", "variable", "value"),
    [
        (
            {"queues": SENDS, "calls": JAVA_PROXY},
            "JAVA_OPTS",
            "-Xmx1G -Dhttp.nonProxyHosts=*.{internal_zone}|*.{region}.amazonaws.com -Dx=y",
        ),
        ({"buckets": READS, "calls": NODE_PROXY}, "NO_PROXY", "a,.{region}.amazonaws.com,b"),
        ({"calls": JAVA_PROXY}, "JAVA_OPTS", ""),
        ({"queues": SENDS}, "JAVA_OPTS", ""),
    ],
)
def test_accepts_a_forward_proxy_that_is_not_asked_for_aws(
    uses: dict[str, Any], variable: str, value: str
) -> None:
    assert service(environment={variable: value}, **uses).environment == {variable: value}


def test_refuses_to_receive_messages_without_a_switch() -> None:
    received = QueueUse(name="work", variable="QUEUE", access=frozenset({Access.RECEIVE}))
    problem = only(refusal(lambda: service(queues=(received,))))
    assert (problem.key, problem.found) == ("work_switches", "none")
    assert "work" in problem.allowed
