"""`pay plan-changes`: which stacks are planned, with what, and what it refuses."""

import hashlib
import json
import subprocess

import pytest

from tests.rollout.delivery.conftest import Delivery
from tests.support.plans import (
    EC2,
    ENVIRONMENT,
    FARGATE,
    PLATFORM,
    SERVICE,
    TRAFFIC,
    Json,
    container,
    plan,
)

pytestmark = pytest.mark.slow


def test_plans_what_differs_and_seals_it_last(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100", PLATFORM: "same"}, {TRAFFIC: "95", PLATFORM: "same"})
    planned = delivery.plan()
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout == f"{TRAFFIC}\n"
    file = delivery.plans / f"{TRAFFIC}.tfplan"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (delivery.plans / "SHA256SUMS").read_text() == f"{digest}  {file.name}\n"
    shown = json.loads((delivery.plans / f"{TRAFFIC}.json").read_text())
    assert shown == json.loads(file.read_text())["plan"]


def test_the_plans_as_json_are_all_of_standard_output(delivery: Delivery) -> None:
    told = json.loads(delivery.run("plan-changes", "--json").stdout)
    [planned] = told["stacks"]
    assert planned["stack"] == TRAFFIC
    digest = hashlib.sha256((delivery.plans / planned["name"]).read_bytes()).hexdigest()
    assert planned["sha256"] == digest


def test_both_lists_are_what_sha256sum_checks(delivery: Delivery) -> None:
    delivery.plan()
    for name, folder in (
        ("SHA256SUMS", delivery.plans),
        ("base.sha256", delivery.base / "environments"),
    ):
        listed = delivery.plans / name
        subprocess.run(["sha256sum", "--check", "--strict", listed], cwd=folder, check=True)


def test_the_plan_takes_no_lock(delivery: Delivery) -> None:
    delivery.plan()
    (call,) = (call for call in delivery.calls if call.split()[1] == "plan")
    assert "-lock=false" in call


def test_the_records_are_planned_with_a_side(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100", EC2: "a"}, {TRAFFIC: "100", EC2: "b"})
    delivery.will_plan(EC2, plan(EC2))
    assert delivery.plan().stdout.split() == [EC2, TRAFFIC]


@pytest.mark.parametrize(
    ("year", "is_old_line", "is_refused"),
    [(2024, False, True), (2024, True, False), (2099, False, False)],
    ids=["new and over", "over, as in the base", "new and to come"],
)
def test_refuses_an_event_that_the_change_adds_although_it_is_over(
    delivery: Delivery, year: int, is_old_line: bool, is_refused: bool
) -> None:
    event = (
        f'[[events]]\nname = "budget"\nfrom = {year}-11-26T12:00:00\nto = {year}-11-26T18:00:00\n'
        f'services = ["{SERVICE}"]\nmin = {delivery.environment.services[SERVICE].tasks.peak}\n'
    )
    for checkout in (delivery.folder, delivery.base)[: 1 + is_old_line]:
        file = checkout / "environments" / f"{ENVIRONMENT}.toml"
        file.write_text(file.read_text().replace("[capacity.cde]", f"{event}\n[capacity.cde]"))
    ended = delivery.plan()
    assert ended.returncode == int(is_refused), ended.stderr
    assert ("events.0.to: found 2024-11-26 18:00:00, which is past" in ended.stderr) is is_refused
    assert bool([call for call in delivery.calls if " plan " in call]) is not is_refused


def test_a_new_stack_is_planned(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100"}, {TRAFFIC: "100", PLATFORM: "new"})
    delivery.will_plan(PLATFORM, plan(PLATFORM))
    assert delivery.plan().stdout.split() == [PLATFORM]


def test_a_side_that_runs_nowhere_yet_gets_the_other_sides_release(delivery: Delivery) -> None:
    delivery.synthesises({EC2: "a", TRAFFIC: "x"}, {EC2: "a", FARGATE: "new", TRAFFIC: "x"})
    task = {
        "address": "aws_ecs_task_definition.task",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "values": {"container_definitions": json.dumps([container(SERVICE)])},
    }
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [task]}}}
    delivery.runs(EC2, state)
    delivery.will_plan(FARGATE, plan(FARGATE))
    assert delivery.plan().stdout.split() == [FARGATE, TRAFFIC]
    variables = json.loads((delivery.plans / f"{FARGATE}.json").read_text())["variables"]
    assert variables == {"application_image_tag": {"value": "7-release"}}


def test_a_new_pin_rolls_no_side_and_names_the_command_that_does(delivery: Delivery) -> None:
    delivery.synthesises({EC2: "pin5", TRAFFIC: "x"}, {EC2: "pin6", TRAFFIC: "x"})
    running = [container(SERVICE), container("nginx", image="registry.test/nginx:5-release")]
    task = {
        "address": "aws_ecs_task_definition.task",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "values": {"container_definitions": json.dumps(running)},
    }
    delivery.runs(EC2, {"format_version": "1.0", "values": {"root_module": {"resources": [task]}}})
    delivery.will_plan(EC2, plan(EC2))
    finished = delivery.plan()
    assert finished.stdout.split() == [EC2, TRAFFIC]
    variables = json.loads((delivery.plans / f"{EC2}.json").read_text())["variables"]
    assert variables["nginx_image_tag"] == {"value": "5-release"}
    pinned = delivery.environment.sidecars["nginx"].release
    assert f"{SERVICE}: planned with the sidecar that runs" in finished.stderr
    assert f"pay patch {ENVIRONMENT} nginx {pinned}" in finished.stderr
    assert "adot" not in finished.stderr


def state(*addresses: str, mode: str = "managed") -> Json:
    """A state as `terraform show -json` prints it."""
    resources = [
        {"address": address, "mode": mode, "type": address.partition(".")[0], "values": {}}
        for address in addresses
    ]
    return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}


def test_refuses_every_state_that_holds_something_and_lost_its_code(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100", EC2: "a", FARGATE: "a"}, {TRAFFIC: "95"})
    delivery.runs(
        EC2, state("aws_lb.lb", "aws_lb_listener.https", "aws_iam_role.a", "aws_iam_role.b")
    )
    delivery.runs(FARGATE, state("aws_lb.lb"))
    refused = delivery.plan()
    assert refused.returncode == 1
    assert (
        f"{EC2}: found aws_lb.lb, aws_lb_listener.https, aws_iam_role.a and 1 more in its state, "
        "which the change leaves behind" in refused.stderr
    )
    assert f"{FARGATE}: found aws_lb.lb in its state" in refused.stderr
    assert "docs/tasks/remove-or-rename-a-service.md" in refused.stderr
    assert not [call for call in delivery.calls if call.split()[1] == "plan"]
    assert not (delivery.plans / "SHA256SUMS").exists()


@pytest.mark.parametrize(
    "left", [{"format_version": "1.0"}, state(), state("data.aws_vpc.vpc", mode="data")]
)
def test_code_may_go_when_its_state_is_empty(delivery: Delivery, left: Json) -> None:
    delivery.synthesises({TRAFFIC: "100", EC2: "a"}, {TRAFFIC: "95"})
    delivery.runs(EC2, left)
    planned = delivery.plan()
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout == f"{TRAFFIC}\n"


def test_refuses_code_that_names_another_state(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100"}, {TRAFFIC: "100"})
    main = delivery.head / "main.py"
    main.write_text(main.read_text().replace('"states"', '"other-states"'))
    delivery.runs(TRAFFIC, state("aws_route53_record.ec2"))
    refused = delivery.plan()
    assert refused.returncode == 1
    assert f"{TRAFFIC}: found aws_route53_record.ec2 in its state" in refused.stderr


def test_a_state_that_cannot_be_read_may_hold_something(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "100", EC2: "a"}, {TRAFFIC: "95"})
    for step in ("init", "show"):
        refused = delivery.plan(FAIL=f"{step} {EC2}")
        assert refused.returncode == 1
        assert f"no luck with {EC2}" in refused.stderr
    delivery.runs(EC2, {"values": 1})
    refused = delivery.plan()
    assert (refused.returncode, f"state of {EC2}" in refused.stderr) == (1, True)


def test_refuses_a_folder_that_is_not_a_checkout(delivery: Delivery) -> None:
    (delivery.base / "main.py").unlink()
    refused = delivery.plan()
    assert refused.returncode == 1
    assert "main.py" in refused.stderr
    assert "can't open file" in refused.stderr


def test_a_base_that_is_not_there_is_wrong_use(delivery: Delivery) -> None:
    delivery.base.rename(delivery.folder / "elsewhere")
    assert delivery.plan().returncode == 2


@pytest.mark.parametrize("step", ["init", "plan", "show"])
def test_a_failed_step_leaves_nothing_that_could_be_applied(delivery: Delivery, step: str) -> None:
    delivery.plan()
    failed = delivery.plan(FAIL=f"{step} {TRAFFIC}")
    assert failed.returncode == 1
    assert f"no luck with {TRAFFIC}" in failed.stderr
    assert "terraform ended with 1" in failed.stderr
    assert not (delivery.plans / "SHA256SUMS").exists()
    delivery.review.mkdir()
    delivery.reviewed.write_text("")
    assert delivery.apply().returncode == 1
    assert delivery.applied == []


def test_plans_of_an_earlier_change_are_deleted_first(delivery: Delivery) -> None:
    delivery.plan()
    delivery.synthesises({PLATFORM: "a"}, {PLATFORM: "b"})
    delivery.will_plan(PLATFORM, plan(PLATFORM))
    delivery.plan()
    names = {path.name for path in delivery.plans.iterdir()}
    assert names == {f"{PLATFORM}.tfplan", f"{PLATFORM}.json", "SHA256SUMS", "base.sha256"}


def test_nothing_to_plan_is_sealed_too(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "95"}, {TRAFFIC: "95"})
    assert delivery.plan().stdout == ""
    assert (delivery.plans / "SHA256SUMS").read_text() == ""
