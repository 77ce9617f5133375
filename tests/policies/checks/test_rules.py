"""Results of single rules that mutations of the real output do not cover."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.unread import Unread
from policies.checks.containers import container_images_are_pinned as images
from policies.checks.containers import container_secrets_come_from_a_secret_store as stores
from policies.checks.containers import containers_are_not_privileged as privileged
from policies.checks.containers import containers_hold_no_secret_in_their_environment as secrets
from policies.checks.containers import containers_run_as_a_user_other_than_root as users
from policies.checks.containers import containers_stay_confined as confined
from policies.checks.containers import containers_use_no_devices_of_their_host as devices
from policies.checks.containers import services_do_not_open_shells_where_card_data_is as shells
from policies.checks.network import egress_names_its_destinations as egress
from policies.checks.network import ingress_names_its_sources as ingress
from policies.checks.tls import listeners_speak_tls_1_2_or_newer as tls
from policies.engine.rule import EstateJudge
from policies.estate import networks_are_looked_up_or_made as networks
from policies.estate import security_groups_stay_in_their_scope as sharing
from policies.reading.network import is_world
from policies.reading.stack import Block, SynthesisedStack
from tests.policies.blocks import block, stack, task


@pytest.mark.parametrize("user", [None, "", "0", "00", "root", "0:1000", "root:app", "${var.user}"])
def test_refuses_root_in_every_spelling(user: str | None) -> None:
    assert users.judge(task({"user": user}))


@pytest.mark.parametrize("user", ["1000", "1000:1000", "app", "nginx:nginx"])
def test_accepts_a_user_other_than_root(user: str) -> None:
    assert users.judge(task({"user": user})) == []


@pytest.mark.parametrize("value", [True, "true", "${var.privileged}", 1])
def test_refuses_privileged_in_every_spelling(value: object) -> None:
    assert privileged.judge(task({}, {"privileged": value}))


def test_an_absent_or_false_privileged_is_accepted() -> None:
    assert privileged.judge(task({}, {"privileged": False})) == []


@pytest.mark.parametrize(
    "options",
    [
        ["label:disable"],
        ["no-new-privileges", "apparmor:unconfined"],
        ["seccomp=unconfined"],
        ["no-new-privileges:false"],
        "${var.options}",
        [None],
        [{}],
    ],
)
def test_refuses_options_that_loosen_a_container(options: object) -> None:
    assert confined.judge(task({}, {"dockerSecurityOptions": options}))


@pytest.mark.parametrize("options", [None, [], ["no-new-privileges"], ["no-new-privileges:true"]])
def test_accepts_options_that_tighten_a_container(options: object) -> None:
    assert confined.judge(task({"dockerSecurityOptions": options})) == []


@pytest.mark.parametrize("value", [[{"hostPath": "/dev/sda"}], "${var.devices}"])
def test_refuses_devices_of_the_host(value: object) -> None:
    assert devices.judge(task({}, {"linuxParameters": {"devices": value}}))


def test_accepts_a_container_without_devices() -> None:
    assert devices.judge(task({"linuxParameters": {"devices": []}}, {})) == []


@pytest.mark.parametrize(
    "image",
    [
        "app",
        "app:latest",
        "app:Latest",
        "app:main",
        "registry:5000/app:stable",
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app",
        "registry:5000/app",
        "app:${var.tag}",
        "app@sha256:123",
        "",
    ],
)
def test_refuses_an_image_that_may_move(image: str) -> None:
    assert images.judge(task({"image": image}))


@pytest.mark.parametrize(
    "image",
    [
        "app:123-release",
        "registry:5000/app:1.2.3",
        "app@sha256:" + "a" * 64,
        "app:${var.application_image_tag}",
        'app${startswith(var.nginx_image_tag, "sha256:") ? "@" : ":"}${var.nginx_image_tag}',
    ],
)
def test_accepts_a_pinned_image(image: str) -> None:
    assert images.judge(task({"image": image})) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("NOTIFY_API_KEY", "x"),
        ("SENTRY_DSN", "https://x"),
        ("TOKEN_API_HMAC_SECRET", "x"),
        ("DATABASE", "postgres://user:pass@host/db"),
        ("JDBC", "jdbc:postgresql://host/db?user=a&password=b"),
    ],
)
def test_refuses_a_variable_that_is_a_secret(name: str, value: str) -> None:
    definition = task({"environment": [{"name": name, "value": value}]})
    (problem,) = secrets.judge(definition) or []
    assert name in problem
    assert value not in problem.replace(name, "")


@pytest.mark.parametrize(
    ("where", "container"),
    [
        ("command", {"command": ["run", "--password", "hunter2"]}),
        ("command", {"command": "run --password hunter2"}),
        ("command", {"command": ["run", "--password", 123456]}),
        ("entryPoint", {"entryPoint": ["run", "--password=hunter2"]}),
        ("label db-password", {"dockerLabels": {"db-password": "hunter2"}}),
        (
            "healthCheck.command",
            {"healthCheck": {"command": ["CMD-SHELL", "curl -u admin:hunter2 http://localhost"]}},
        ),
    ],
)
def test_refuses_a_secret_beside_the_environment(where: str, container: dict[str, Any]) -> None:
    assert secrets.judge(task(container)) == [
        f"container app: {where} holds a secret; move it to secrets"
    ]


@pytest.mark.parametrize(
    "container",
    [
        {"command": [["run", "--password", "hunter2"]]},
        {"entryPoint": {"run": "--password hunter2"}},
        {"healthCheck": "curl -u admin:hunter2 http://localhost"},
        {"dockerLabels": ["db-password=hunter2"]},
    ],
)
def test_a_command_in_a_form_of_its_own_is_not_read(container: dict[str, Any]) -> None:
    with pytest.raises(Unread):
        secrets.judge(task(container))


def test_an_ordinary_command_is_no_secret() -> None:
    check = {"command": ["CMD-SHELL", "curl -f http://localhost:8080/healthcheck || exit 1"]}
    container = {"command": ["npm", "start"], "healthCheck": check, "dockerLabels": {"a": "b"}}
    assert secrets.judge(task(container)) == []


@pytest.mark.parametrize(
    "name",
    ["DB_HOST", "FORGOTTEN_PASSWORD_EXPIRY_MINUTES", "PASSWORD_RESET_URL", "TOPIC_ARN", "PORT"],
)
def test_accepts_a_variable_that_only_sounds_like_one(name: str) -> None:
    assert secrets.judge(task({"environment": [{"name": name, "value": "10"}]})) == []


@pytest.mark.parametrize(
    "source", ["hunter2", "${var.secret}", "arn:aws:s3:::bucket/key", "data.aws_lb.alb.arn", None]
)
def test_refuses_a_secret_that_is_from_no_store(source: str | None) -> None:
    assert stores.judge(task({"secrets": [{"name": "KEY", "valueFrom": source}]}))


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-TLS13-1-1-2021-06",
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-FS-1-1-2019-08",
        None,
    ],
)
def test_refuses_a_policy_that_accepts_tls_1_0_or_1_1(policy: str | None) -> None:
    assert tls.judge(block("aws_lb_listener", {"protocol": "HTTPS", "ssl_policy": policy}))


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
        "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    ],
)
def test_accepts_a_policy_of_tls_1_2_and_newer(policy: str) -> None:
    listener = block("aws_lb_listener", {"protocol": "TLS", "ssl_policy": policy})
    assert tls.judge(listener) == []


def rule(type_: str, **conf: Any) -> Block:
    return block(type_, {"security_group_id": "sg-1", **conf})


@pytest.mark.parametrize(
    "conf",
    [
        {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"},
        {"cidr_ipv6": "::/0", "ip_protocol": "tcp", "from_port": 8080, "to_port": 8080},
        {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
        {"cidr_ipv4": "0.0.0.0/1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
        {"cidr_ipv4": "128.0.0.0/1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
        {"cidr_ipv6": "::/1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
        {"cidr_ipv6": "2000::/3", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
    ],
)
def test_refuses_the_whole_internet_in_either_direction(conf: dict[str, Any]) -> None:
    assert ingress.judge(rule("aws_vpc_security_group_ingress_rule", **conf))
    assert egress.judge(rule("aws_vpc_security_group_egress_rule", **conf))


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_network_is_the_internet_when_it_is_wider_than_the_widest_private_one(
    address: int, prefix: int
) -> None:
    network = ipaddress.ip_network((address, prefix), strict=False)
    assert is_world(str(network)) is (prefix < 8)


@pytest.mark.parametrize(
    "peer", ["10.0.0.0/8", "172.18.0.0/16", "2001:db8::/32", "sg-0abc", "pl-0abc", "itself", ""]
)
def test_a_network_a_group_and_a_prefix_list_are_not_the_internet(peer: str) -> None:
    assert not is_world(peer)


def stack_with(name: str, scope: str, *groups: str) -> SynthesisedStack:
    own = SynthesisedStack(name, Path(), {"CardholderData": scope, "Environment": "production-2"})
    service = block("aws_ecs_service", {}, of=own)
    service.conf["network_configuration"] = [{"security_groups": [list(groups)]}]
    return own


def problems(judge: EstateJudge, *stacks: SynthesisedStack) -> list[str]:
    return [each for _, details in judge(list(stacks)) for each in details]


def test_a_group_that_is_named_by_its_id_is_refused_and_seen_to_be_shared() -> None:
    inside = stack_with("connector", "inside", "sg-0abc")
    connected = stack_with("ledger", "connected", "sg-0abc")
    assert problems(sharing.judge, inside, connected) == [
        "sg-0abc is also used by ledger (connected)",
        "sg-0abc is also used by connector (inside)",
    ]
    assert len(problems(networks.judge, inside, connected)) == 2


@pytest.mark.parametrize(
    "group", ["data.terraform_remote_state.network.outputs.group", "data.aws_ssm_parameter.g.value"]
)
def test_a_group_from_elsewhere_is_refused(group: str) -> None:
    assert problems(networks.judge, stack_with("connector", "inside", group))


def test_a_group_that_the_stack_looks_up_or_makes_is_accepted() -> None:
    own = stack_with("connector", "inside", "data.aws_security_groups.this.ids")
    block("aws_security_groups", {}, kind="data", of=own)
    assert problems(networks.judge, own) == []


def test_https_from_anywhere_reaches_the_group_of_a_public_load_balancer_only() -> None:
    estate = stack(CardholderData="inside")
    world = {"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 443, "to_port": 443}
    group = block("aws_security_group", {"name": "public", "ingress": world}, of=estate)
    assert ingress.judge(group)
    block(
        "aws_lb",
        {"internal": False, "security_groups": ["aws_security_group.this.id"]},
        of=estate,
    )
    assert ingress.judge(group) == []


@pytest.mark.parametrize(
    ("tags", "refused"),
    [
        ({"CardholderData": "inside", "Production": "false"}, True),
        ({"CardholderData": "outside", "Production": "true", "Environment": "live-1"}, True),
        ({"CardholderData": "outside"}, True),
        ({"Production": "false"}, True),
        (
            {
                "CardholderData": "outside",
                "Production": "false",
                "Environment": "not-production-1",
            },
            False,
        ),
    ],
)
def test_a_shell_may_be_opened_outside_and_away_from_production_only(
    tags: dict[str, str], refused: bool
) -> None:
    service = block("aws_ecs_service", {"enable_execute_command": True}, of=stack(**tags))
    assert bool(shells.judge(service)) is refused
