"""One service on both sides, deployed with cdktf and the real provider, and destroyed again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pay.model import Environment, Side, Stage, names, stacks
from pay.model.stacks import traffic_stack
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.policies.conftest import judge as run_gate
from tests.policies.plan_mutations import PLAN_MUTATIONS
from tests.support.plans import at
from tests.support.stack_ids import side_stack
from tests.support.whole_checkout import copy_checkout

pytestmark = pytest.mark.e2e

SERVICE = "ledger"
PLATFORM = stacks.PLATFORM.stack_id("sandbox")
SIDES = [side_stack("sandbox", SERVICE, side) for side in Side]
TRAFFIC = traffic_stack("sandbox", SERVICE)
TIMEOUT_SECONDS = 580


@dataclass(frozen=True)
class Deployed:
    """A sandbox, and the folder that cdktf works in."""

    sandbox: Sandbox
    outdir: Path
    variables: Mapping[str, str]
    before: str
    """The existing estate before anything was deployed."""

    def cdktf(self, *arguments: str, fails: bool = False, **settings: str) -> str:
        """What cdktf printed."""
        finished = subprocess.run(
            ["cdktf", *arguments, "--output", str(self.outdir)],
            cwd=ROOT,
            env={**self.variables, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert bool(finished.returncode) == fails, finished.stdout + finished.stderr
        return finished.stdout + finished.stderr

    def deploy(self, *arguments: str, fails: bool = False, **settings: str) -> str:
        return self.cdktf(
            "deploy", *arguments, "--auto-approve", "--skip-synth", fails=fails, **settings
        )

    def redeploy(self, stack: str, fails: bool = False, **settings: str) -> str:
        """A stack whose dependencies are deployed already."""
        return self.deploy(stack, "--ignore-missing-stack-dependencies", fails=fails, **settings)

    def pay(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pay", *arguments],
            cwd=ROOT,
            env={**self.variables, "CDKTF_OUTDIR": str(self.outdir)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )

    def plan_exit_code(self, stack: str) -> int:
        """0: nothing to change; 2: something."""
        return subprocess.run(
            ["terraform", "plan", "-detailed-exitcode", "-input=false"],
            cwd=self.outdir / "stacks" / stack,
            env=self.variables,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
        ).returncode

    def plan(self, stack: str, *arguments: str, **variables: str) -> dict[str, Any]:
        """Return the plan of a stack as Terraform shows it."""
        folder = self.outdir / "stacks" / stack

        def terraform(*words: str) -> str:
            finished = subprocess.run(
                ["terraform", *words],
                cwd=folder,
                env={**self.variables, **variables},
                capture_output=True,
                check=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
            )
            return finished.stdout

        with TemporaryDirectory() as beside:
            file = str(Path(beside) / "plan.bin")
            terraform("plan", "-input=false", f"-out={file}", *arguments)
            plan: dict[str, Any] = json.loads(terraform("show", "-json", file))
        return plan

    def plan_destroy(self, stack: str, folder: Path) -> Path:
        """The plan that destroys a stack, as JSON."""
        path = folder / f"{stack}.json"
        path.write_text(json.dumps(self.plan(stack, "-destroy")))
        return path

    def ecs_service(self, side: Side) -> dict[str, Any]:
        ecs = self.sandbox.client("ecs")
        [found] = ecs.describe_services(cluster=names.cluster("sandbox", side), services=[SERVICE])[
            "services"
        ]
        return dict(found)

    def healthy_targets(self, side: Side) -> int:
        elbv2 = self.sandbox.client("elbv2")
        [group] = elbv2.describe_target_groups(
            Names=[names.target_group("sandbox", SERVICE, side)]
        )["TargetGroups"]
        health = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        return sum(
            each["TargetHealth"]["State"] == "healthy"
            for each in health["TargetHealthDescriptions"]
        )

    def records(self) -> dict[str, int]:
        """Set identifier -> weight of the service's records."""
        route53 = self.sandbox.client("route53")
        return {
            record["SetIdentifier"]: record["Weight"]
            for zone in route53.list_hosted_zones()["HostedZones"]
            for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])[
                "ResourceRecordSets"
            ]
            if record["Name"].startswith(f"{SERVICE}.") and "SetIdentifier" in record
        }


@pytest.fixture(scope="module")
def deployed(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """The platform, both sides of the service and its records, at `canary`."""
    folder = tmp_path_factory.mktemp("deploy")
    copy = folder / "environments"
    copy.mkdir()
    text = (ROOT / "environments" / "sandbox.toml").read_text()
    before = f'[services.{SERVICE}]\nstage = "legacy"'
    assert before in text
    (copy / "sandbox.toml").write_text(text.replace(before, before.replace("legacy", "canary")))
    with Sandbox(environments["sandbox"]) as sandbox:
        python = Path(sys.executable).parent
        variables = {
            **sandbox.environment_variables,
            "PATH": f"{python}{os.pathsep}{sandbox.environment_variables['PATH']}",
            "PAY_ENVIRONMENTS": str(copy),
            "PAY_STACKS": f"{PLATFORM} sandbox-{SERVICE}-*",
        }
        here = Deployed(sandbox, folder / "cdktf.out", variables, existing_estate(sandbox))
        here.cdktf("synth")
        here.deploy(PLATFORM, *SIDES, TRAFFIC)
        yield here


def timeless(found: Any) -> Any:
    """Without the times and the order that an answer has anew at each call."""
    if isinstance(found, dict):
        return {key: timeless(value) for key, value in found.items() if not key.endswith("Time")}
    return sorted(map(timeless, found), key=repr) if isinstance(found, list) else found


def existing_estate(sandbox: Sandbox) -> str:
    """What must never change, as text."""
    ec2, rds, route53 = (sandbox.client(name) for name in ("ec2", "rds", "route53"))
    found = timeless(
        {
            "vpcs": ec2.describe_vpcs()["Vpcs"],
            "subnets": ec2.describe_subnets()["Subnets"],
            "security_groups": ec2.describe_security_groups()["SecurityGroups"],
            "databases": rds.describe_db_instances()["DBInstances"],
            "zones": [zone["Id"] for zone in route53.list_hosted_zones()["HostedZones"]],
            "secrets": sandbox.client("secretsmanager").list_secrets()["SecretList"],
            "queues": sandbox.client("sqs").list_queues()["QueueUrls"],
        }
    )
    return json.dumps(found, default=str, sort_keys=True)


@pytest.mark.parametrize("side", list(Side))
def test_each_side_runs_its_tasks_behind_its_own_load_balancer(
    deployed: Deployed, side: Side
) -> None:
    service = deployed.ecs_service(side)
    assert service["launchType"] == side.upper()
    assert (service["runningCount"], service["desiredCount"]) == (2, 2)
    assert deployed.healthy_targets(side) == 2


def test_the_records_weigh_the_sides_as_the_stage_says(deployed: Deployed) -> None:
    assert deployed.records() == {f"{SERVICE}-ec2": 95, f"{SERVICE}-fargate": 5}


@pytest.fixture(scope="module")
def second_plans(deployed: Deployed) -> dict[str, dict[str, Any]]:
    """Return the plan of each deployed stack."""
    return {stack: deployed.plan(stack) for stack in (SIDES[1], PLATFORM, SIDES[0], TRAFFIC)}


@pytest.mark.parametrize("stack", [PLATFORM, *SIDES, TRAFFIC])
def test_a_second_plan_is_empty(second_plans: dict[str, dict[str, Any]], stack: str) -> None:
    changes = second_plans[stack]["resource_changes"]
    assert {each["address"] for each in changes if each["change"]["actions"] != ["no-op"]} == set()


def gate(deployed: Deployed, folder: Path, plans: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the gate's report of the deployed stacks and of plans by name."""
    files = [folder / f"{name}.json" for name in plans]
    for file, plan in zip(files, plans.values(), strict=True):
        file.write_text(json.dumps(plan))
    reports = run_gate([deployed.outdir / "stacks"], "--partial", "--plan", *files)
    report: dict[str, Any] = reports["stacks"]
    return report


def test_the_gate_passes_every_plan_of_deployed_stacks(
    deployed: Deployed, second_plans: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    report = gate(
        deployed,
        tmp_path,
        {
            **second_plans,
            "update": deployed.plan(SIDES[1], TF_VAR_application_image_tag="2-release"),
            **{f"destroy-{stack}": deployed.plan(stack, "-destroy") for stack in SIDES},
        },
    )
    assert report["problems"] == []
    assert [each for each in report["findings"] if each["outcome"] == "failed"] == []


def test_the_gate_refuses_each_break_of_a_plan_of_deployed_stacks(
    deployed: Deployed, second_plans: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    broken = {str(n): each.apply(second_plans) for n, each in enumerate(PLAN_MUTATIONS)}
    report = gate(deployed, tmp_path, broken)
    refused = {
        (each["rule"], each["file"]) for each in report["findings"] if each["outcome"] == "failed"
    }
    accepted = [
        each.title
        for n, each in enumerate(PLAN_MUTATIONS)
        if (each.rule, f"{n}.json") not in refused
    ]
    assert accepted == []


def test_a_stack_is_reviewed_and_judged_by_its_name(deployed: Deployed) -> None:
    """The plan that `cdktf diff` left is taken; that of the records is made for the guard."""
    stack = SIDES[1]
    deployed.cdktf("diff", stack, "--skip-synth", TF_VAR_application_image_tag="2-release")

    review = deployed.pay("review", stack)
    assert review.stdout.startswith(
        f"## {SERVICE}, sandbox: Fargate side: {SERVICE} 1-sandbox → 2-release\n"
    )
    assert f"{stack}: the plan of 1 min ago\n{TRAFFIC}: planning at " in review.stderr
    guard = deployed.pay("guard", stack)
    assert f"ok {stack}\nok {TRAFFIC}\nClean: 2 plans" in guard.stdout
    assert "planning" not in guard.stderr


def test_a_release_that_does_not_start_fails_the_apply_and_the_old_one_goes_on(
    deployed: Deployed,
) -> None:
    before = deployed.ecs_service(Side.FARGATE)["taskDefinition"]

    printed = deployed.redeploy(SIDES[1], fails=True, TF_VAR_application_image_tag="0-broken")

    assert "was rolled back" in " ".join(printed.replace("│", " ").split())
    after = deployed.ecs_service(Side.FARGATE)
    assert after["taskDefinition"] == before
    assert after["runningCount"] == 2
    # The old release again: the next apply mends the state.
    deployed.redeploy(SIDES[1])
    assert deployed.plan_exit_code(SIDES[1]) == 0


def test_latest_is_refused_before_anything_is_planned(deployed: Deployed) -> None:
    printed = deployed.redeploy(SIDES[1], fails=True, TF_VAR_application_image_tag="latest")
    assert "must name one release" in " ".join(printed.replace("│", " ").split())


@pytest.fixture(scope="module")
def plan_removal(
    deployed: Deployed, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], subprocess.CompletedProcess[str]]:
    """`pay plan-changes` for a change that deletes the sandbox's file."""
    folder = tmp_path_factory.mktemp("removal")
    base = copy_checkout(folder / "base")
    for file in (base / "environments").glob("*.toml"):
        file.unlink()
    head = folder / "environments"
    head.mkdir()
    shutil.copy(ROOT / "environments" / "test-12.toml", base / "environments")
    shutil.copy(ROOT / "environments" / "test-12.toml", head)
    sandbox = Path(deployed.variables["PAY_ENVIRONMENTS"]) / "sandbox.toml"
    shutil.copy(sandbox, base / "environments")
    variables = {
        **deployed.variables,
        "PAY_ENVIRONMENTS": str(head),
        "PAY_STACKS": f"test-12-platform {deployed.variables['PAY_STACKS']}",
        # Beside the folder that was deployed from: a local state is found by a relative path.
        "CDKTF_OUTDIR": str(deployed.outdir.with_name("removal.out")),
        "COLUMNS": "1000",
    }

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pay", "plan-changes", str(base), str(folder / "plans")],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    return run


def test_a_change_that_leaves_states_behind_is_refused(
    plan_removal: Callable[[], subprocess.CompletedProcess[str]],
) -> None:
    finished = plan_removal()
    assert finished.returncode == 1
    for stack in (PLATFORM, *SIDES, TRAFFIC):
        assert f"{stack}: found aws_" in finished.stderr


def test_the_guard_asks_for_a_reason_before_a_service_is_destroyed(
    deployed: Deployed, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    def rules(*ids: str) -> set[str]:
        paths = [deployed.plan_destroy(id, tmp_path) for id in ids]
        canary = at(environments["sandbox"], Stage.CANARY, SERVICE)
        known = {"sandbox": canary}
        return {
            each.rule for each in judge(Context(read_plans(paths, known), known, known)).refused
        }

    assert rules(TRAFFIC) == {"keeps-names-answered", "matches-the-stage"}
    assert "keeps-what-carries-traffic" in rules(*SIDES)
    assert "moves-records-apart-from-capacity" in rules(TRAFFIC, *SIDES)


def test_destroy_removes_what_was_made_and_nothing_else(
    deployed: Deployed, plan_removal: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    deployed.cdktf("destroy", TRAFFIC, *SIDES, PLATFORM, "--auto-approve", "--skip-synth")

    assert existing_estate(deployed.sandbox) == deployed.before
    assert deployed.records() == {}
    assert deployed.sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    roles = {role["RoleName"] for role in deployed.sandbox.client("iam").list_roles()["Roles"]}
    assert roles == {"sandbox-logs-to-firehose", "sandbox-logs-to-s3"}  # Of the log pipeline.
    assert deployed.sandbox.client("logs").describe_log_groups()["logGroups"] == []
    ecs = deployed.sandbox.client("ecs")
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    # A deleted cluster stays to be seen for a while (AWS: ECS API reference, DeleteCluster).
    assert {cluster["status"] for cluster in clusters} <= {"INACTIVE"}

    finished = plan_removal()
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
