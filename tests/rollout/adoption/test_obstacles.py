"""What the first apply would fail on, or fight, is refused with the commands that remove it."""

import json
from typing import Any

import boto3
import pytest

from pay.environments.adopted import adopted_file
from tests.support import aws_cli
from tests.support.account import ARN, CREDENTIALS, Account, Adopt, Instance
from tests.support.checkout import Checkout


def refused(adopt: Adopt, checkout: Checkout) -> list[dict[str, Any]]:
    """What has to change first; nothing was written, whatever may be missing."""
    before = checkout.contents()
    result = adopt("--json", "--allow-missing", **CREDENTIALS)
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["file"] is None
    assert checkout.contents() == before
    return list(report["first"])


def test_an_account_that_needs_no_change_is_adopted(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    report = json.loads(adopt("--json", **CREDENTIALS).stdout)
    assert (report["first"], report["keeps"]) == ([], {})
    assert report["file"] == str(adopted_file(checkout.folder, "sandbox"))


def test_instances_that_do_not_say_their_segment_are_refused(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    one, other, *_ = aws.instances
    one.segment = other.segment = None
    [obstacle] = refused(adopt, checkout)
    assert obstacle["gate"] == "instances"
    assert "0 of 2 instances of cluster sandbox-ec2" in obstacle["reason"]
    assert "segment = cde" in obstacle["reason"]
    assert obstacle["fix"] == f"give it to the 2 instances of group {one.group} that lack it"
    assert obstacle["commands"] == [
        "aws ecs put-attributes --region eu-west-1 --cluster sandbox-ec2 --attributes "
        f"name=segment,value=cde,targetId={one.arn} name=segment,value=cde,targetId={other.arn}"
    ]


def test_one_call_takes_ten_attributes(adopt: Adopt, aws: Account, checkout: Checkout) -> None:
    group = aws.instances[0].group
    aws.instances = [Instance(f"i{n}", group, None) for n in range(11)]
    cde, general = refused(adopt, checkout)
    assert [line.count("targetId=") for line in cde["commands"]] == [10, 1]
    # They belong to the other segment's group.
    assert general["commands"] == []
    assert general["fix"] == (
        "start 2 more in group sandbox-ec2-general, or give it to others of the cluster"
    )


def test_enough_instances_may_leave_some_over(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.instances.append(Instance("new", aws.instances[0].group, None))
    assert adopt(**CREDENTIALS).exit_code == 0


@pytest.mark.parametrize("status", [None, "INACTIVE"])
def test_a_cluster_that_is_missing_or_deleted_needs_no_instance(
    status: str | None, adopt: Adopt, aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [{"clusterName": "sandbox-ec2", "status": status}] if status else []
    monkeypatch.setattr(aws, "DescribeClusters", lambda **_: {"clusters": known})
    aws.instances = []
    report = json.loads(adopt("--json", "--allow-missing", **CREDENTIALS).stdout)
    assert report["first"] == []


def test_a_segment_without_a_service_on_ec2_needs_no_instance(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.instances = []
    text = checkout.file("sandbox").read_text()
    checkout.file("sandbox").write_text(text.replace('stage = "legacy"', 'stage = "retired"'))
    assert adopt(**CREDENTIALS).exit_code == 0


def test_a_service_with_a_short_arn_is_refused_until_the_commands_migrate_it(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.short = {"ledger"}
    [obstacle] = refused(adopt, checkout)
    assert obstacle["gate"] == "short ARN"
    assert "the ARN of ledger lacks the cluster" in obstacle["reason"]
    assert "role/deploy" in obstacle["fix"]
    assert f"--resource-arn {ARN}:service/sandbox-ec2/ledger " in obstacle["commands"][-1]
    session = boto3.Session("test", "test", region_name="eu-west-1")
    for command in obstacle["commands"]:
        aws_cli.run(command, session.client)
    assert adopt(**CREDENTIALS).exit_code == 0


def test_a_service_that_is_scaled_is_refused(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.scaled = {"ledger": (1, 9)}
    [obstacle] = refused(adopt, checkout)
    assert obstacle["gate"] == "scaled service"
    assert (
        "keeps ledger between 1 and 9 tasks; adopted, it always has its peak of 2"
        in (obstacle["reason"])
    )
    remove, start = obstacle["commands"]
    assert "--resource-id service/sandbox-ec2/ledger" in remove
    assert start.endswith("--service ledger --desired-count 2")


def test_a_policy_and_a_schedule_of_the_instances_are_refused(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    group = aws.instances[0].group
    aws.policies, aws.schedules = {group: "by-cpu"}, {group: "at-night"}
    policy, schedule = refused(adopt, checkout)
    assert "scaling policy by-cpu" in policy["reason"]
    assert "scheduled action at-night" in schedule["reason"]
    assert policy["commands"] == [
        "aws autoscaling delete-policy --policy-name by-cpu --region eu-west-1 "
        f"--auto-scaling-group-name {group}"
    ]
    assert "delete-scheduled-action --scheduled-action-name at-night" in schedule["commands"][0]


def test_a_look_that_aws_denies_is_told_with_the_others(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.denied = {"DescribeScalableTargets", "ListContainerInstances"}
    result = adopt("--json", **CREDENTIALS)
    failed = {each["action"]: each["for"] for each in json.loads(result.stdout)["failed"]}
    assert result.exit_code == 1
    assert failed == {
        "application-autoscaling:DescribeScalableTargets": ["what scales the services"],
        "ecs:ListContainerInstances": ["the instances of each segment"],
    }


@pytest.mark.parametrize("columns", [80, 200])
def test_all_are_told_at_once_and_a_command_stays_one_line(
    adopt: Adopt, aws: Account, columns: int
) -> None:
    for instance in aws.instances:
        instance.segment = None
    aws.short, aws.scaled = {"ledger"}, {"cardid": (1, 4)}
    aws.policies = {aws.instances[0].group: "by-cpu"}
    result = adopt(**CREDENTIALS, COLUMNS=str(columns))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    commands = [line for line in lines if line.startswith("  aws ")]
    assert len(commands) == 8
    assert all(len(line) <= columns for line in lines if line not in commands)
    assert sum(line.startswith("x ") for line in lines) == 5
    assert "nothing was written" in lines[-1]
