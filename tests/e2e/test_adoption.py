"""What runs on EC2 and was made by nobody's Terraform is taken over, and nothing is made twice."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.containers.stored import as_stored
from pay.environments.adopted import load_needed_adopted
from pay.environments.load import load_environments
from pay.model import Segment, Side, Stage, addresses
from pay.model.stacks import side_stack, traffic_stack
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.support import aws_cli
from tests.support.adopted_estate import (
    AS_IT_RUNS,
    CREATED,
    EC2,
    ENVIRONMENT,
    FARGATE,
    HARDENING,
    MOVED,
    PLATFORM,
    SERVICES,
    STACKS,
    TRAFFIC,
    Changes,
    Running,
    add_a_newer_certificate,
    add_a_zone_of_the_same_name,
    adopt,
    forget_segments,
    name_by_cname,
    scale,
)
from tests.support.checkout import Checkout

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def running(
    tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """`pay adopt` has found what runs, and the first plan of each stack is applied."""
    folder = tmp_path_factory.mktemp("adoption")
    checkout = Checkout(folder / "environments")
    checkout.folder.mkdir()
    text = (ROOT / "environments" / f"{ENVIRONMENT}.toml").read_text()
    text = re.sub('^stage = ".*"$', 'stage = "legacy"', text, flags=re.MULTILINE)
    checkout.file(ENVIRONMENT).write_text(text)
    legacy = load_environments(checkout.folder)[ENVIRONMENT]
    with Sandbox(legacy, legacy=SERVICES) as sandbox:
        here = Running(sandbox, checkout, folder, tools)
        forget_segments(sandbox)
        scale(sandbox)
        add_a_zone_of_the_same_name(sandbox)
        name_by_cname(sandbox, "connector")
        add_a_newer_certificate(sandbox)
        refused = adopt(sandbox, checkout, "--allow-missing")
        here.reports.append(json.loads(refused.stdout))
        for obstacle in here.reports[0]["first"]:
            for command in obstacle["commands"]:
                aws_cli.run(command, sandbox.client)
        adopted = adopt(sandbox, checkout, "--allow-missing")
        assert adopted.returncode == 0, adopted.stdout + adopted.stderr
        here.reports.append(json.loads(adopted.stdout))
        here.adopt(True)
        here.leave_unhardened(AS_IT_RUNS)
        here.synthesise(*STACKS)
        here.take_over(PLATFORM)
        here.plan_without_keeping("egress")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda each: here.take_over(EC2[each], TRAFFIC[each]), SERVICES))
        yield here


def test_what_the_first_apply_would_fail_on_is_refused_until_the_commands_are_run(
    running: Running,
) -> None:
    refused, adopted = running.reports
    gates = Counter(each["gate"] for each in refused["first"])
    assert gates == {
        "instances": len(Segment),
        "scaled service": 1,
        "scaled group": 2,
        "record": 1,
        "certificate": 1,
    }
    assert (refused["file"], adopted["first"]) == (None, [])


def test_a_load_balancer_that_cannot_have_security_groups_would_be_replaced(
    running: Running,
) -> None:
    replaced = ("keeps-what-carries-traffic", EC2["egress"], "aws_lb.nlb")
    assert replaced in running.refused(running.unkept, running.environments)


def test_the_first_plan_leaves_what_is_kept_as_it_is(running: Running) -> None:
    assert running.reports[1]["keeps"] == {
        "connector": ["drop_invalid_header_fields"],
        "egress": ["security_groups", "preserve_client_ip"],
        "products-ui": ["drop_invalid_header_fields"],
    }
    for service, address, argument, value in (
        ("connector", "aws_lb.alb", "drop_invalid_header_fields", False),
        ("egress", "aws_lb.nlb", "security_groups", []),
        ("egress", "aws_lb_target_group.target_group", "preserve_client_ip", "true"),
    ):
        change = running.first[EC2[service]][address]
        assert (change["before"][argument], change["after"][argument]) == (value, value)


def test_missing_services_are_told_all_at_once_and_nothing_is_written(
    running: Running, tmp_path: Path
) -> None:
    checkout = Checkout(tmp_path)
    shutil.copy(running.checkout.file(ENVIRONMENT), tmp_path)

    refused = adopt(running.sandbox, checkout)

    answer = json.loads(refused.stdout)
    assert refused.returncode == 1
    assert answer["file"] is None
    assert not (tmp_path / "adopted").exists()
    told = {line.partition(":")[0] for line in answer["missing"]}
    for service in set(running.environments[ENVIRONMENT].services) - set(SERVICES):
        balancer = addresses.load_balancer(CATALOGUE[service].load_balancer_type)
        assert f"{side_stack(ENVIRONMENT, service, Side.EC2)} {balancer}" in told
        assert f"{traffic_stack(ENVIRONMENT, service)} aws_route53_record.ec2" in told
    assert not [each for each in told if each.split(" ")[0] in STACKS]


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_plan_imports_what_runs_and_creates_what_it_lacks(
    running: Running, stack: str
) -> None:
    changes = running.first[stack]
    imported = {address for address, change in changes.items() if "importing" in change}
    created = {address for address in changes if address not in imported}
    adopting = running.environments[ENVIRONMENT].model_copy(update={"adopt": True})
    reviewed, _ = load_needed_adopted(running.checkout.folder, adopting, None)
    assert imported == set(reviewed[stack])
    assert created == CREATED[stack]
    assert all(tuple(changes[address]["actions"]) == ("create",) for address in created)
    # In place, or not at all: nothing is replaced or destroyed.
    verbs = {tuple(changes[address]["actions"]) for address in imported}
    assert verbs <= {("update",), ("no-op",)}


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("connector", "aws_lb_listener.https"),
        ("products-ui", "aws_lb_listener.https"),
        ("products-ui", "aws_lb_listener.http"),
        ("egress", "aws_lb_listener.tcp"),
    ],
)
def test_a_listener_keeps_its_port_certificate_and_what_it_does(
    running: Running, service: str, address: str
) -> None:
    change = running.first[EC2[service]][address]
    before, after = change["before"], change["after"]
    kept = ("load_balancer_arn", "port", "protocol", "certificate_arn", "default_action")
    assert {key: after.get(key) for key in kept} == {key: before.get(key) for key in kept}
    if address.endswith("https"):
        assert before["certificate_arn"]
        assert "TLS13" in after["ssl_policy"]


def test_the_guard_refuses_new_rights_of_instances_and_other_settings_of_what_runs(
    running: Running,
) -> None:
    refused = running.refused(running.plans, running.environments)
    settings = {each for each in refused if each[0] == "changes-only-what-is-harmless"}
    # What such a role may do already is in no plan, so somebody has to say that it may do this.
    # The rights of tasks are those that the catalogue names.
    # The script and the image of the instances that start from now on are other ones.
    instances = {each for each in refused if each[0] == "starts-instances-that-take-tasks"}
    assert instances == {
        (rule, PLATFORM, str(addresses.capacity(segment).launch_template))
        for rule in ("starts-instances-that-take-tasks",)
        for segment in Segment
    }
    assert refused - settings - instances == {
        ("widens-no-iam-statement", PLATFORM, address)
        for address in CREATED[PLATFORM]
        if address.startswith("aws_iam_role_policy.")
    }
    assert settings
    for _, stack, address in settings:
        change = running.first[stack][address]
        assert "importing" in change
        assert change["actions"] == ["update"]


@pytest.mark.parametrize("stack", [PLATFORM, EC2["products-ui"], TRAFFIC["products-ui"]])
def test_with_the_import_blocks_the_second_plan_is_empty(running: Running, stack: str) -> None:
    running.assert_nothing_to_do(stack)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_taken_over_hardened_or_as_it_runs(running: Running, service: str) -> None:
    task = running.first[EC2[service]]["aws_ecs_task_definition.task"]["after"]
    for container in json.loads(task["container_definitions"]):
        added = set() if service == AS_IT_RUNS else HARDENING
        assert HARDENING & container.keys() == added
    assert bool(task["volume"]) is (service != AS_IT_RUNS)


@pytest.fixture(scope="module")
def hardening(running: Running) -> Changes:
    """The plan that hardens what was taken over as it ran; it is applied."""
    stack = EC2[AS_IT_RUNS]
    running.harden()
    running.synthesise(stack)
    changes = running.plan(stack, running.folder / "hardening")
    running.terraform(stack, "apply", "-input=false", "plan.bin")
    return changes


def test_hardening_changes_the_containers_and_nothing_else(
    running: Running, hardening: Changes
) -> None:
    task = hardening["aws_ecs_task_definition.task"]
    before, after = (
        json.loads(task[when]["container_definitions"]) for when in ("before", "after")
    )
    for old, new in zip(before, after, strict=True):
        stored = as_stored(new, "bridge")
        assert {key for key in stored if old.get(key) != stored[key]} == HARDENING
    assert set(hardening) == {"aws_ecs_task_definition.task", "aws_ecs_service.service"}
    assert hardening["aws_ecs_service.service"]["actions"] == ["update"]
    assert running.refused(running.folder / "hardening", running.environments) == set()


@pytest.fixture(scope="module")
def settled(running: Running, hardening: Changes) -> Running:
    """The file and the import blocks are gone. One service is at `dark`, where its Fargate side is
    there, and neither its EC2 side nor its record has changed.
    """
    running.adopt(False)
    shutil.rmtree(running.checkout.folder / "adopted")
    running.checkout.put(ENVIRONMENT, MOVED, Stage.DARK, ago=None)
    running.synthesise(*STACKS, FARGATE)
    return running


def test_the_import_blocks_can_go(settled: Running) -> None:
    for stack in STACKS:
        assert "import {" not in (settled.where(stack) / "cdk.tf").read_text()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settled.assert_nothing_to_do, STACKS))


def test_what_is_kept_changes_alone_in_a_later_step(settled: Running) -> None:
    before = settled.environments
    settled.replace(r'^keeps = \["drop_invalid_header_fields"\]\n', "")
    settled.synthesise(EC2["connector"])
    changes = settled.plan(EC2["connector"], settled.folder / "later")
    [(address, change)] = changes.items()
    assert (address, change["actions"]) == ("aws_lb.alb", ["update"])
    assert {key for key, value in change["after"].items() if value != change["before"][key]} == {
        "drop_invalid_header_fields"
    }
    assert settled.refused(settled.folder / "later", before) == set()


def test_an_adopted_record_goes_on_to_ready_in_place(settled: Running) -> None:
    settled.terraform(FARGATE, "init", "-input=false")
    settled.terraform(FARGATE, "apply", "-input=false", "-auto-approve")
    assert settled.records(MOVED) == [(None, None)]
    before = settled.environments

    settled.checkout.put(ENVIRONMENT, MOVED, Stage.READY, ago=None)
    settled.synthesise(TRAFFIC[MOVED])
    changes = settled.plan(TRAFFIC[MOVED], settled.folder / "moves")

    assert {address: change["actions"] for address, change in changes.items()} == {
        "aws_route53_record.ec2": ["update"],
        "aws_route53_record.fargate": ["create"],
    }
    assert settled.refused(settled.folder / "moves", before) == set()
    settled.terraform(TRAFFIC[MOVED], "apply", "-input=false", "plan.bin")
    assert settled.records(MOVED) == [(f"{MOVED}-ec2", 100), (f"{MOVED}-fargate", 0)]
