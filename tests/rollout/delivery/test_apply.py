"""`pay apply`: only what was reviewed, in order, up to the first failure, and again after it."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pay.model import Environment, Side, Stage
from pay.model.side import ServiceSide
from pay.model.stacks import side_stack, traffic_stack
from rollout.locks import holding
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import break_lock, free, new_lock, take
from rollout.locks.lock import LockPlace
from rollout.terminal.refusal import Failed
from sandbox.server.process import Server
from tests.rollout.conftest import LOCKS
from tests.rollout.delivery.conftest import Delivery
from tests.rollout.delivery.test_judge_changes import REASONS, spoil
from tests.support.checkout import Checkout
from tests.support.plans import (
    ENVIRONMENT,
    PLATFORM,
    TRAFFIC,
    change,
    plan,
    record,
    stage_change,
)

pytestmark = pytest.mark.slow

SIDE = side_stack(ENVIRONMENT, "adminusers", Side.EC2)
ITS_RECORDS = traffic_stack(ENVIRONMENT, "adminusers")


@pytest.fixture
def reviewed(delivery: Delivery) -> Delivery:
    """Stacks of all turns are planned and their review is approved. By their names another
    service's side would come first; in an apply the platform does.
    """
    delivery.synthesises(
        {TRAFFIC: "100", PLATFORM: "a", SIDE: "a", ITS_RECORDS: "a"},
        {TRAFFIC: "95", PLATFORM: "b", SIDE: "b", ITS_RECORDS: "a"},
    )
    delivery.will_plan(PLATFORM, plan(PLATFORM, renamed("aws_sns_topic.critical")))
    delivery.will_plan(SIDE, plan(SIDE, renamed("aws_cloudwatch_log_group.logs")))
    same = record(Side.EC2, None, service="adminusers")
    delivery.will_plan(ITS_RECORDS, plan(ITS_RECORDS, change("aws_route53_record.ec2", same, same)))
    assert delivery.plan().returncode == 0
    delivery.approve()
    return delivery


def renamed(address: str) -> dict[str, object]:
    return change(address, {"tags": {}}, {"tags": {"Owner": "pay"}})


ORDER = [PLATFORM, SIDE, ITS_RECORDS, TRAFFIC]


def test_applies_the_plan_files_in_the_order_of_an_apply(reviewed: Delivery) -> None:
    done = reviewed.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    assert reviewed.applied == ORDER
    assert [line for line in done.stdout.splitlines() if line.startswith("Applied")] == [
        f"Applied {stack}." for stack in ORDER
    ]
    calls = [call.split() for call in reviewed.calls]
    assert [call[-1] for call in calls if call[1] == "apply"] == [
        str(reviewed.plans / f"{stack}.tfplan") for stack in ORDER
    ]


def test_what_was_applied_as_json_is_all_of_standard_output(reviewed: Delivery) -> None:
    done = reviewed.run("apply", reviewed.reviewed, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"]) == (0, "clean")
    assert (told["applied"], told["not_reached"], told["failures"]) == (ORDER, [], [])


def test_a_failure_of_terraform_is_in_the_one_document_of_json(reviewed: Delivery) -> None:
    failed = reviewed.run("apply", reviewed.reviewed, "--json", FAIL=f"half {SIDE}")
    told = json.loads(failed.stdout)
    assert (failed.returncode, told["verdict"]) == (1, "clean")
    assert (told["applied"], told["not_reached"]) == (ORDER[:1], ORDER[2:])
    [why] = told["failures"]
    assert why.startswith(f"{SIDE}: terraform ended with 1; its output above says why.")
    assert "plan, review and approve again" in why


@pytest.mark.parametrize("holds_peak", [True, False])
def test_bounds_that_aws_did_not_take_are_in_the_one_document_of_json(
    reviewed: Delivery, holds_peak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollout.delivery.apply_changes.register_after_apply", tired)
    monkeypatch.setattr(ServiceSide, "holds_full_peak", holds_peak)
    failed = reviewed.run("apply", reviewed.reviewed, "--json")
    told = json.loads(failed.stdout)
    assert (failed.returncode, told["verdict"]) == (1, "clean")
    reached = 2 if holds_peak else len(ORDER)
    assert (told["applied"], told["not_reached"]) == (ORDER[:reached], ORDER[reached:])
    [why] = told["failures"]
    assert why.startswith("adminusers is applied, but AWS is tired.")


def tired(side: ServiceSide | None) -> tuple[()]:
    """Stands in for AWS, which takes no bounds of a side."""
    if side is None:
        return ()
    raise Failed("adminusers is applied, but AWS is tired.")


def test_what_the_guard_refuses_is_not_reached(delivery: Delivery) -> None:
    delivery.will_plan(TRAFFIC, stage_change(delivery.environment, Stage.READY, Stage.HALF))
    delivery.plan()
    delivery.approve()
    refused = delivery.run("apply", delivery.reviewed, "--json")
    told = json.loads(refused.stdout)
    assert (refused.returncode, told["verdict"]) == (1, "refused")
    assert (told["applied"], told["not_reached"], told["failures"]) == ([], [TRAFFIC], [])


def test_plans_nothing(reviewed: Delivery) -> None:
    before = [call for call in reviewed.calls if call.split()[1] == "plan"]
    reviewed.apply()
    assert [call for call in reviewed.calls if call.split()[1] == "plan"] == before


def test_a_second_apply_is_refused_by_terraform(reviewed: Delivery) -> None:
    reviewed.apply()
    again = reviewed.apply()
    assert again.returncode == 1
    assert "stale" in again.stderr
    assert reviewed.applied == [*ORDER, PLATFORM]


@pytest.mark.parametrize("spoils", REASONS)
def test_refuses_plans_that_are_not_the_sealed_ones(reviewed: Delivery, spoils: str) -> None:
    if spoils == "extra":
        (reviewed.plans / "sandbox-cardid-ec2.tfplan").write_text("")
    else:
        spoil(reviewed.plans, Checkout(reviewed.base / "environments"), spoils)
    refused = reviewed.apply()
    assert refused.returncode == 1
    assert REASONS[spoils] in refused.stderr
    assert reviewed.applied == []


def test_refuses_plans_that_the_approved_review_did_not_explain(reviewed: Delivery) -> None:
    """The digests that lie beside the plans are as easy to change as the plans."""
    approved = reviewed.reviewed.read_text()
    reviewed.plan()
    reviewed.somebody_else_applies(PLATFORM)
    reviewed.plan()
    assert reviewed.reviewed.read_text() == approved
    refused = reviewed.apply()
    assert refused.returncode == 1
    assert "is not the review of these plans" in refused.stderr
    assert reviewed.applied == []


def test_a_review_that_is_not_there_is_wrong_use(reviewed: Delivery) -> None:
    reviewed.reviewed.unlink()
    assert reviewed.apply().returncode == 2
    assert reviewed.applied == []


def test_refuses_a_checkout_without_the_stack(reviewed: Delivery) -> None:
    stacks = reviewed.head / "stacks.txt"
    stacks.write_text("\n".join(line for line in stacks.read_text().split() if SIDE not in line))
    refused = reviewed.apply()
    assert refused.returncode == 1
    assert f"this checkout has no stack {SIDE}" in refused.stderr
    assert reviewed.applied == []


def test_judges_the_plan_files_and_not_the_json_beside_them(
    delivery: Delivery, environments: dict[str, Environment]
) -> None:
    sandbox = environments[ENVIRONMENT]
    delivery.will_plan(TRAFFIC, stage_change(sandbox, Stage.READY, Stage.HALF))
    delivery.plan()
    delivery.approve()
    harmless = stage_change(sandbox, Stage.READY, Stage.CANARY)
    (delivery.plans / f"{TRAFFIC}.json").write_text(json.dumps(harmless))
    refused = delivery.apply()
    assert refused.returncode == 1
    assert "matches-the-stage" in refused.stdout
    assert delivery.applied == []


def test_break_glass_counts_in_an_apply(delivery: Delivery) -> None:
    sandbox = delivery.environment
    delivery.will_plan(TRAFFIC, stage_change(sandbox, Stage.READY, Stage.HALF))
    delivery.plan()
    delivery.approve()
    refused = delivery.apply().stdout.splitlines()
    rules = {line.split()[1] for line in refused if line.startswith("  x ")}
    (delivery.head / "break-glass").write_text("".join(f"{rule}: agreed\n" for rule in rules))
    assert delivery.apply().returncode == 0
    assert delivery.applied == [TRAFFIC]


def test_a_plan_that_cannot_be_read_is_not_judged(delivery: Delivery) -> None:
    delivery.will_plan(TRAFFIC, {"format_version": "1.2"})
    delivery.plan()
    delivery.approve()
    refused = delivery.apply()
    assert refused.returncode == 2
    assert "Not judged" in refused.stderr
    assert delivery.applied == []


def test_nothing_to_apply_is_said_in_one_line(delivery: Delivery) -> None:
    delivery.synthesises({TRAFFIC: "95"}, {TRAFFIC: "95"})
    delivery.plan()
    delivery.approve()
    done = delivery.apply()
    assert (done.returncode, done.stdout) == (0, "Nothing changes.\n")
    told = json.loads(delivery.run("apply", delivery.reviewed, "--json").stdout)
    assert (told["applied"], told["not_reached"], told["failures"]) == ([], [], [])


def test_a_side_without_its_bounds_is_named_beside_a_later_failure(
    reviewed: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollout.delivery.apply_changes.register_after_apply", tired)
    monkeypatch.setattr(ServiceSide, "holds_full_peak", False)
    failed = reviewed.apply(FAIL=f"half {TRAFFIC}")
    assert failed.returncode == 1
    assert "AWS is tired." in failed.stderr
    assert f"{TRAFFIC}: terraform ended with 1" in failed.stderr


def test_the_first_failure_ends_it_and_names_what_is_done(reviewed: Delivery) -> None:
    failed = reviewed.apply(FAIL=f"half {SIDE}")
    assert failed.returncode == 1
    assert reviewed.applied == ORDER[:2]
    assert f"Applied before it: {PLATFORM}. Not reached: {ITS_RECORDS}, {TRAFFIC}." in failed.stderr
    assert "plan, review and approve again" in failed.stderr


@pytest.mark.parametrize("holds_peak", [True, False])
def test_no_record_follows_a_side_whose_bounds_of_the_peak_aws_did_not_take(
    reviewed: Delivery, holds_peak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollout.delivery.apply_changes.register_after_apply", tired)
    monkeypatch.setattr(ServiceSide, "holds_full_peak", holds_peak)
    failed = reviewed.apply()
    assert (failed.returncode, reviewed.applied) == (1, ORDER[:2] if holds_peak else ORDER)
    assert "AWS is tired." in failed.stderr
    assert (f"Not reached: {ITS_RECORDS}, {TRAFFIC}." in failed.stderr) is holds_peak


@pytest.mark.parametrize(
    ("holds_peak", "bounds", "waits"),
    [(True, (2, 5), True), (True, (5, 5), False), (False, (2, 5), False)],
    ids=["rising", "as they were", "not at the peak"],
)
def test_no_record_follows_a_side_whose_tasks_of_the_peak_are_not_healthy(
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    holds_peak: bool,
    bounds: tuple[int, int],
    waits: bool,
) -> None:
    def wait(side: ServiceSide) -> None:
        raise Failed(f"1 of the tasks of {side.service.name} is healthy.")

    side, traffic = side_stack(ENVIRONMENT, "adminusers", Side.FARGATE), ITS_RECORDS
    delivery.synthesises({side: "a", traffic: "a"}, {side: "b", traffic: "b"})
    was, will_be = ({"min_capacity": each, "max_capacity": 10} for each in bounds)
    target = change("aws_appautoscaling_target.tasks", was, will_be)
    delivery.will_plan(side, plan(side, target))
    same = record(Side.EC2, None, service="adminusers")
    delivery.will_plan(traffic, plan(traffic, change("aws_route53_record.ec2", same, same)))
    monkeypatch.setattr("rollout.delivery.apply_changes.wait_for_tasks", wait)
    monkeypatch.setattr(ServiceSide, "holds_full_peak", holds_peak)
    assert delivery.plan().returncode == 0
    delivery.approve()
    ended = delivery.apply()
    assert (ended.returncode, delivery.applied) == (
        int(waits),
        [side] if waits else [side, traffic],
    )
    assert ("1 of the tasks of adminusers is healthy." in ended.stderr) is waits


def test_a_failure_before_the_first_write_is_resumed_with_the_same_plans(
    reviewed: Delivery,
) -> None:
    assert reviewed.apply(FAIL=f"apply {PLATFORM}").returncode == 1
    assert reviewed.apply().returncode == 0
    assert reviewed.applied == [PLATFORM, *ORDER]


def test_after_a_failure_in_the_middle_the_old_plans_do_nothing_more(reviewed: Delivery) -> None:
    """A rollback may have come in between: only a new plan sees it."""
    reviewed.apply(FAIL=f"half {SIDE}")
    again = reviewed.apply()
    assert again.returncode == 1
    assert "stale" in again.stderr
    assert reviewed.serial(TRAFFIC) == 0


def test_after_a_failure_in_the_middle_a_new_plan_goes_on(reviewed: Delivery) -> None:
    reviewed.apply(FAIL=f"half {SIDE}")
    reviewed.will_plan(PLATFORM, plan(PLATFORM))
    reviewed.plan()
    reviewed.approve()
    assert reviewed.apply().returncode == 0
    assert reviewed.serial(TRAFFIC) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_lets_terraform_end_by_itself(
    reviewed: Delivery, number: signal.Signals
) -> None:
    process = reviewed.start("apply", reviewed.reviewed, HANG=PLATFORM)
    wait_for(reviewed.folder / "plans.fake" / "hanging")
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"interrupted by {number.name}" in err
    assert f"Not reached: {SIDE}, {ITS_RECORDS}, {TRAFFIC}" in err
    assert reviewed.applied == [PLATFORM]
    if number is signal.SIGINT:
        assert reviewed.calls.count(f"{PLATFORM} told to end") == 1


def test_a_killed_apply_is_taken_up_by_a_new_plan(reviewed: Delivery, lock_server: Server) -> None:
    process = reviewed.start("apply", reviewed.reviewed, HANG=PLATFORM)
    wait_for(reviewed.folder / "plans.fake" / "hanging")
    process.kill()
    process.wait(timeout=120)
    os.kill(int((reviewed.folder / "plans.fake" / "hanging").read_text()), signal.SIGKILL)
    process.communicate(timeout=120)
    assert reviewed.applied == [PLATFORM]
    locked = reviewed.apply()
    assert "has it for `pay apply`" in locked.stderr
    break_lock(lock_of(lock_server), "somebody", "its machine died")
    assert reviewed.apply().returncode == 1, "the platform's plan is stale"
    reviewed.will_plan(PLATFORM, plan(PLATFORM))
    reviewed.plan()
    reviewed.approve()
    assert reviewed.apply().returncode == 0
    assert reviewed.serial(TRAFFIC) == 1


def lock_of(server: Server) -> LockBucket:
    return LockBucket(server.client("s3"), LockPlace(ENVIRONMENT, LOCKS))


def test_another_command_is_waited_out_by_a_person(reviewed: Delivery, lock_server: Server) -> None:
    bucket = lock_of(lock_server)
    other = take(bucket, new_lock("pay deploy sandbox ledger 2", "somebody else"))
    refused = reviewed.apply()
    free(bucket, other)
    assert refused.returncode == 1
    assert "somebody else has it for `pay deploy sandbox ledger 2`" in refused.stderr
    assert reviewed.applied == []


@pytest.mark.parametrize("fails", ["", f"half {SIDE}"])
def test_the_lock_is_given_back_however_an_apply_ends(
    reviewed: Delivery, lock_server: Server, fails: str
) -> None:
    assert reviewed.apply(FAIL=fails).returncode == bool(fails)
    assert lock_of(lock_server).read() is None


def test_an_apply_whose_lock_was_broken_applies_nothing_more(
    reviewed: Delivery, lock_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "RENEWALS", 18_000)  # ten renewals a second
    process = threading.Thread(target=break_when_applied, args=(reviewed, lock_of(lock_server)))
    process.start()
    ended = reviewed.apply(HANG=PLATFORM, HANG_SECONDS="3")
    process.join()
    assert ended.returncode == 1
    assert "somebody else broke it because it hangs" in ended.stderr
    assert reviewed.applied == [PLATFORM]


def break_when_applied(delivery: Delivery, bucket: LockBucket) -> None:
    wait_for(delivery.folder / "plans.fake" / "hanging")
    break_lock(bucket, "somebody else", "it hangs")


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)
