"""A legacy estate in the sandbox, the stacks that take it over, and what stands in the way."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Environment, Segment, Severity, Side, addresses, host_name, names
from pay.model.log_groups import log_groups
from pay.model.stacks import side_stack, traffic_stack
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from sandbox.instance import Sandbox
from tests.conftest import ROOT, synthesise
from tests.support.checkout import Checkout
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.stack_ids import platform_stack

ENVIRONMENT = "sandbox"
SERVICES = ("connector", "egress", "products-ui")
"""Behind an internal load balancer, with sidecars; behind a network load balancer; in public."""

MOVED = "egress"
AS_IT_RUNS = "products-ui"
"""Taken over unhardened; its containers are hardened in a step of their own."""

HARDENING = {"user", "readonlyRootFilesystem", "linuxParameters", "mountPoints"}
PLATFORM = platform_stack(ENVIRONMENT)
EC2 = {service: side_stack(ENVIRONMENT, service, Side.EC2) for service in SERVICES}
TRAFFIC = {service: traffic_stack(ENVIRONMENT, service) for service in SERVICES}
FARGATE = side_stack(ENVIRONMENT, MOVED, Side.FARGATE)
STACKS = (PLATFORM, *EC2.values(), *TRAFFIC.values())

WEB = {
    "aws_cloudwatch_metric_alarm.errors_alarm",
    "aws_cloudwatch_metric_alarm.healthy_hosts_alarm",
    "aws_cloudwatch_metric_alarm.latency_alarm",
    "aws_ecs_task_definition.task",
    "aws_iam_role_policy.execution_policy",
    "aws_iam_role_policy.task_policy",
}
CREATED = {
    PLATFORM: {
        "aws_cloudwatch_log_group.ec2_exec_log",
        "aws_cloudwatch_log_group.fargate_exec_log",
        *(
            str(addresses.log_group(service.name, group.key))
            for service in CATALOGUE.values()
            for group in log_groups(ENVIRONMENT, service)
            # What runs on EC2 has its groups already.
            if service.name not in SERVICES or group.key.startswith(Side.FARGATE)
        ),
        "aws_ecs_cluster.fargate_cluster",
        "aws_ecs_cluster_capacity_providers.fargate_capacity_providers",
        *(f"aws_iam_role_policy.{segment}_instance_policy" for segment in Segment),
        *(f"aws_kms_alias.{key}_alias" for key in (*Segment, "alarms")),
        *(f"aws_kms_key.{key}_key" for key in (*Segment, "alarms")),
        *(f"aws_sns_topic.{severity}_topic" for severity in Severity),
        *(f"aws_sns_topic_policy.{severity}_topic_policy" for severity in Severity),
    },
    EC2["connector"]: WEB,
    EC2["products-ui"]: WEB,
    EC2["egress"]: {
        "aws_cloudwatch_metric_alarm.healthy_hosts_alarm",
        "aws_cloudwatch_metric_alarm.resets_alarm",
        "aws_ecs_task_definition.task",
        "aws_iam_role_policy.execution_policy",
    },
    **{stack: set[str]() for stack in TRAFFIC.values()},
}
"""All that the first apply may create: what such an estate lacks. A task definition cannot change:
the next revision is made, and the service moves to it."""

Changes = Mapping[str, Mapping[str, Any]]
"""Address -> the change that Terraform plans for it; what is left alone is left out."""


@dataclass(frozen=True)
class Running:
    """A sandbox with a legacy estate, and the stacks that take it over."""

    sandbox: Sandbox
    checkout: Checkout
    folder: Path
    tools: Mapping[str, str]
    first: dict[str, Changes] = field(default_factory=dict)
    """Stack -> its first plan, which was applied."""
    reports: list[Any] = field(default_factory=list)
    """What `pay adopt` reported, before and after the commands that it asked for."""

    @property
    def plans(self) -> Path:
        """The first plans as JSON, by stack."""
        return self.folder / "plans"

    @property
    def unkept(self) -> Path:
        """A plan of the proxy's EC2 side as if it kept nothing, as JSON."""
        return self.folder / "unkept"

    @property
    def environments(self) -> Mapping[str, Environment]:
        return load_environments(self.checkout.folder)

    def synthesise(self, *stacks: str) -> None:
        """Write the stacks anew where Terraform has them, as `cdktf synth` does."""
        outdir = self.folder / "synthesised"
        synthesise(
            outdir,
            self.tools,
            PAY_ENVIRONMENTS=str(self.checkout.folder),
            PAY_STACKS=" ".join(stacks),
        )
        for stack in stacks:
            target = self.where(stack)
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(outdir / "stacks" / stack / "cdk.tf", target)

    def adopt(self, wanted: bool) -> None:
        self.replace("^adopt = .*$", f"adopt = {'true' if wanted else 'false'}")

    def replace(self, pattern: str, text: str) -> None:
        """Replace every match in the environment's file; `^` and `$` match at each line."""
        path = self.checkout.file(ENVIRONMENT)
        path.write_text(re.sub(pattern, text, path.read_text(), flags=re.MULTILINE))

    def plan_without_keeping(self, service: str) -> None:
        """Plan the EC2 side as if it kept nothing."""
        path, stack = self.checkout.file(ENVIRONMENT), EC2[service]
        text = path.read_text()
        self.replace(r"^keeps = .*\n", "")
        self.synthesise(stack)
        self.terraform(stack, "init", "-input=false")
        self.plan(stack, self.unkept)
        path.write_text(text)
        self.synthesise(stack)

    def leave_unhardened(self, service: str) -> None:
        path, table = self.checkout.file(ENVIRONMENT), f"[services.{service}]\n"
        path.write_text(path.read_text().replace(table, f"{table}hardened = false\n"))

    def harden(self) -> None:
        path = self.checkout.file(ENVIRONMENT)
        path.write_text(path.read_text().replace("hardened = false\n", ""))

    def terraform(self, stack: str, *arguments: str) -> str:
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=self.where(stack),
            env=self.sandbox.environment_variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        # With -detailed-exitcode, 2 says that the plan is not empty.
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def plan(self, stack: str, folder: Path) -> Changes:
        """What a plan would do; it is kept for the guard, as JSON, and for the apply."""
        self.terraform(stack, "plan", "-input=false", "-out=plan.bin")
        text = self.terraform(stack, "show", "-json", "plan.bin")
        folder.mkdir(exist_ok=True)
        (folder / f"{stack}.json").write_text(text)
        return {
            each["address"]: each["change"]
            for each in json.loads(text).get("resource_changes", [])
            if each["mode"] == "managed"
            and (each["change"]["actions"] != ["no-op"] or "importing" in each["change"])
        }

    def take_over(self, *stacks: str) -> None:
        """Plan and apply one after the other."""
        for stack in stacks:
            self.terraform(stack, "init", "-input=false")
            self.first[stack] = self.plan(stack, self.plans)
            self.terraform(stack, "apply", "-input=false", "plan.bin")

    def assert_nothing_to_do(self, stack: str) -> None:
        self.terraform(stack, "plan", "-input=false", "-lock=false", "-detailed-exitcode")

    def refused(self, folder: Path, base: Mapping[str, Environment]) -> set[tuple[str, str, str]]:
        """Rule, stack and address of all that the guard refuses of the plans in a folder, where the
        change starts at `base`.
        """
        environments = self.environments
        plans = read_plans(sorted(folder.glob("*.json")), environments)
        assert plans
        refusals = judge(Context(plans, environments, base)).refused
        return {(each.rule, each.stack, each.finding.address) for each in refusals}

    def records(self, service: str) -> list[tuple[str | None, int | None]]:
        """Identifier and weight of each of a service's records."""
        route53 = self.sandbox.client("route53")
        return [
            (record.get("SetIdentifier"), record.get("Weight"))
            for zone in route53.list_hosted_zones()["HostedZones"]
            for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])[
                "ResourceRecordSets"
            ]
            if record["Name"].startswith(f"{service}.") and record["Type"] == "A"
        ]

    def where(self, stack: str) -> Path:
        """The folder that Terraform runs in."""
        return self.folder / "cdktf.out" / "stacks" / stack


def adopt(sandbox: Sandbox, checkout: Checkout, *arguments: str) -> Any:
    """`pay adopt sandbox` as a process of its own."""
    return subprocess.run(
        ["pay", "adopt", ENVIRONMENT, "--json", *arguments],
        cwd=ROOT,
        env={**sandbox.environment_variables, "PAY_ENVIRONMENTS": str(checkout.folder)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def forget_segments(sandbox: Sandbox) -> None:
    """Take the attribute from all instances: those made by hand never had it."""
    ecs, cluster = sandbox.client("ecs"), names.cluster(ENVIRONMENT, Side.EC2)
    arns = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    for each in ecs.describe_container_instances(cluster=cluster, containerInstances=arns)[
        "containerInstances"
    ]:
        [attribute] = [part for part in each["attributes"] if part["name"] == "segment"]
        target = {**attribute, "targetId": each["containerInstanceArn"]}
        ecs.delete_attributes(cluster=cluster, attributes=[target])


def scale(sandbox: Sandbox) -> None:
    """Let other scalers than this project's change a service and a group of instances."""
    sandbox.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{names.cluster(ENVIRONMENT, Side.EC2)}/connector",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
    )
    group = names.capacity_provider(ENVIRONMENT, Segment.GENERAL)
    sandbox.client("autoscaling").put_scaling_policy(
        AutoScalingGroupName=group,
        PolicyName="by-hand",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=-1,
    )
    sandbox.client("autoscaling").put_scheduled_update_group_action(
        AutoScalingGroupName=group, ScheduledActionName="at-night", Recurrence="0 1 * * *"
    )


def add_a_zone_of_the_same_name(sandbox: Sandbox) -> None:
    """Another VPC of the account resolves a private zone of its own, with the same name."""
    name = sandbox.environment.dns.internal_zone
    vpc = sandbox.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    sandbox.client("route53").create_hosted_zone(
        Name=f"{name}.",
        CallerReference="another team",
        VPC={"VPCId": vpc, "VPCRegion": sandbox.environment.region},
        HostedZoneConfig={"PrivateZone": True},
    )


def name_by_cname(sandbox: Sandbox, service: str) -> None:
    """Lead the name to its load balancer by a CNAME instead of an alias."""
    environment, route53 = sandbox.environment, sandbox.client("route53")
    name = f"{host_name(CATALOGUE[service], environment)}."
    for zone in route53.list_hosted_zones()["HostedZones"]:
        listed = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        for alias in (each for each in listed if each["Name"] == name):
            target = {"Value": alias["AliasTarget"]["DNSName"]}
            cname = {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [target]}
            changes = [
                {"Action": "DELETE", "ResourceRecordSet": alias},
                {"Action": "CREATE", "ResourceRecordSet": cname},
            ]
            route53.change_resource_record_sets(
                HostedZoneId=zone["Id"], ChangeBatch={"Changes": changes}
            )


def add_a_newer_certificate(sandbox: Sandbox) -> None:
    """The listeners in public still present the one before."""
    domain = names.certificate_domain(sandbox.environment.dns.public_zone)
    sandbox.client("acm").request_certificate(DomainName=domain, ValidationMethod="DNS")
