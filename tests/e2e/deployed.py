"""One service on both sides in a sandbox, deployed with cdktf and the real provider."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pay.model import Environment, Side, names, stacks
from pay.model.stack_kind import Turn
from pay.model.stacks import side_stack, traffic_stack
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.support.patience import TIMEOUT_SECONDS

SERVICE = "ledger"
PLATFORM = stacks.PLATFORM.stack_id("sandbox")
SIDES = [side_stack("sandbox", SERVICE, side) for side in Side]
TRAFFIC = traffic_stack("sandbox", SERVICE)
STACKS = [
    kind.stack_id("sandbox", None if kind.is_shared else SERVICE)
    for kind in sorted(stacks.KINDS, key=lambda kind: kind.turn)
    if Turn.PLATFORM <= kind.turn <= Turn.RECORDS and not kind.has_one_off_tasks
]
"""What the records need, in the order of an apply."""


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

    def terraform(self, stack: str, *words: str, **variables: str) -> str:
        """Run Terraform in the folder of a stack, and return what it printed."""
        finished = subprocess.run(
            ["terraform", *words],
            cwd=self.outdir / "stacks" / stack,
            env={**self.variables, **variables},
            capture_output=True,
            check=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        return finished.stdout

    def plan(self, stack: str, *arguments: str, **variables: str) -> dict[str, Any]:
        """Return the plan of a stack as Terraform shows it."""
        with TemporaryDirectory() as beside:
            file = str(Path(beside) / "plan.bin")
            self.terraform(stack, "plan", "-input=false", f"-out={file}", *arguments, **variables)
            plan: dict[str, Any] = json.loads(self.terraform(stack, "show", "-json", file))
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


@contextmanager
def deploying(environment: Environment, folder: Path) -> Iterator[Deployed]:
    """Deploy the platform, both sides of the service and its records, at `canary`."""
    copy = folder / "environments"
    copy.mkdir()
    text = (ROOT / "environments" / "sandbox.toml").read_text()
    before = f'[services.{SERVICE}]\nstage = "legacy"'
    assert before in text
    moved = text.replace(before, before.replace("legacy", "canary"))
    tasks = re.compile(r"^\[tasks\]\n(?:[^\[\n].*\n)*", re.MULTILINE)
    assert tasks.search(moved)
    # The stack that has its migration is not deployed here.
    (copy / "sandbox.toml").write_text(tasks.sub("", moved))
    with Sandbox(environment) as sandbox:
        python = Path(sys.executable).parent
        variables = {
            **sandbox.environment_variables,
            "PATH": f"{python}{os.pathsep}{sandbox.environment_variables['PATH']}",
            "PAY_ENVIRONMENTS": str(copy),
            "PAY_STACKS": f"{PLATFORM} sandbox-{SERVICE}-*",
        }
        here = Deployed(sandbox, folder / "cdktf.out", variables, existing_estate(sandbox))
        here.cdktf("synth")
        here.deploy(*STACKS)
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
