"""A change from its pull request to its apply, as docs/workflows call it, in a sandbox."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pay.model import Environment, Side, Stage, names
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.conftest import ROOT
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, SERVICE, TRAFFIC, container
from toolchain.paths import VENV_BIN

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Pipeline:
    """A checkout without the change beside one with it, and the service's records at `canary`."""

    folder: Path
    base: Path
    head: Checkout
    sandbox: Sandbox
    variables: Mapping[str, str]

    def run(
        self, command: str, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [VENV_BIN / "pay", command, str(self.base), *arguments],
            cwd=ROOT,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def succeeds(self, command: str, *arguments: str, **variables: str) -> str:
        finished = self.run(command, *arguments, **variables)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def weights(self) -> dict[str, int]:
        route53 = self.sandbox.client("route53")
        return {
            record["SetIdentifier"]: record["Weight"]
            for zone in route53.list_hosted_zones()["HostedZones"]
            for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])[
                "ResourceRecordSets"
            ]
            if "SetIdentifier" in record
        }


@pytest.fixture(scope="module")
def pipeline(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("pipeline")
    base = folder / "base"
    base.mkdir()
    for name in ("main.py", "cdktf.json"):
        shutil.copy(ROOT / name, base)
    for name in ("constructs", "rollout", "stacks", "toolchain"):
        (base / name).symlink_to(ROOT / name)
    before, head = fresh_checkout(base / "environments"), fresh_checkout(folder / "head")
    before.put(ENVIRONMENT, SERVICE, Stage.READY)
    head.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    with Sandbox(
        environments[ENVIRONMENT], settings=SandboxSettings(wait_for_dns_changes=False)
    ) as here:
        _make_load_balancers(here)
        variables = {
            **here.environment_variables,
            "CDKTF_OUTDIR": str(folder / "cdktf.out"),
            "PAY_ENVIRONMENTS": str(head.folder),
            "PAY_STACKS": TRAFFIC,
        }
        yield Pipeline(folder, base, head, here, variables)


def _make_load_balancers(sandbox: Sandbox) -> None:
    """The sides stand already; only their load balancers are looked up by the records."""
    ec2, elbv2 = sandbox.client("ec2"), sandbox.client("elbv2")
    wanted = [names.subnet(ENVIRONMENT, SERVICE, zone) for zone in ("eu-west-1a", "eu-west-1b")]
    found = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": wanted}])["Subnets"]
    for side in Side:
        elbv2.create_load_balancer(
            Name=names.load_balancer(ENVIRONMENT, SERVICE, side),
            Subnets=[subnet["SubnetId"] for subnet in found],
            Scheme="internal",
        )


def test_a_promotion_goes_from_pull_request_to_apply(pipeline: Pipeline) -> None:
    plans, review = str(pipeline.folder / "plans"), str(pipeline.folder / "review")
    assert TRAFFIC in pipeline.succeeds("plan-changes", plans)
    pipeline.succeeds("judge-changes", plans, review)
    comment = Path(review, "review.md").read_text()
    assert "Guard: clean" in comment
    assert "PCI gate" in comment
    assert Path(review, "review.html").exists()

    reviewed = f"{review}/review.md"
    pipeline.succeeds("apply", plans, reviewed)
    assert pipeline.weights() == {f"{SERVICE}-ec2": 95, f"{SERVICE}-fargate": 5}

    again = pipeline.run("apply", plans, reviewed)
    assert again.returncode != 0
    assert "stale" in again.stderr.lower()


def test_a_refused_plan_is_explained_and_not_applied(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.HALF)
    plans, review = str(pipeline.folder / "bad plans"), str(pipeline.folder / "bad review")
    pipeline.succeeds("plan-changes", plans)
    assert pipeline.run("judge-changes", plans, review).returncode == 1
    assert "Guard: refused" in Path(review, "review.md").read_text()
    before = pipeline.weights()
    assert pipeline.run("apply", plans, f"{review}/review.md").returncode == 1
    assert pipeline.weights() == before


def test_plans_that_the_approved_review_did_not_explain_are_not_applied(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    plans, review = pipeline.folder / "changed plans", pipeline.folder / "changed review"
    pipeline.succeeds("plan-changes", str(plans))
    pipeline.succeeds("judge-changes", str(plans), str(review))
    reviewed, file = review / "review.md", plans / f"{TRAFFIC}.tfplan"
    with file.open("ab") as appended:
        appended.write(b"more")
    finished = pipeline.run("apply", str(plans), str(reviewed))
    assert finished.returncode != 0
    assert "plan-changed" in finished.stderr

    # The digests that lie beside the plans are as easy to change as the plans.
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (plans / "SHA256SUMS").write_text(f"{digest}  {file.name}\n")
    finished = pipeline.run("apply", str(plans), str(reviewed))
    assert finished.returncode != 0
    assert "is not the review of these plans" in " ".join(finished.stderr.split())


def test_a_side_is_planned_with_the_release_that_runs(pipeline: Pipeline) -> None:
    """The Fargate side was never applied here: it gets what runs on EC2, whatever the pipeline's
    variable says.
    """
    _make_platform(pipeline.sandbox)
    _put_state(pipeline.folder / ".sandbox" / "state" / f"{EC2}.tfstate", tag="7-release")
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.DETACHED)
    plans = pipeline.folder / "plans of a side"
    pipeline.succeeds(
        "plan-changes",
        str(plans),
        CDKTF_OUTDIR=str(pipeline.folder / "sides.out"),
        PAY_STACKS=f"{FARGATE} {TRAFFIC}",
        TF_VAR_application_image_tag="another-service-1",
    )
    variables = json.loads((plans / f"{FARGATE}.json").read_text())["variables"]
    assert variables["application_image_tag"]["value"] == "7-release"


def _make_platform(sandbox: Sandbox) -> None:
    """What a Fargate side looks up of the platform's stack."""
    sandbox.client("ecs").create_cluster(clusterName=f"{ENVIRONMENT}-fargate")
    kms = sandbox.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{ENVIRONMENT}-general", TargetKeyId=key)
    for urgency in ("critical", "warning"):
        sandbox.client("sns").create_topic(Name=f"{ENVIRONMENT}-alarms-{urgency}")


def _put_state(path: Path, *, tag: str) -> None:
    """A state in which the service's task definition runs a release."""
    path.parent.mkdir(parents=True, exist_ok=True)
    attributes = {
        "family": "publicauth",
        "container_definitions": json.dumps([container(image=f"registry.test/{SERVICE}:{tag}")]),
    }
    resource = {
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "name": "task",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": attributes}],
    }
    state = {"version": 4, "serial": 1, "lineage": "test", "resources": [resource]}
    path.write_text(json.dumps(state))


def test_nothing_changes_is_said_in_one_line(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.READY)
    plans, review = str(pipeline.folder / "no plans"), str(pipeline.folder / "no review")
    assert pipeline.succeeds("plan-changes", plans) == ""
    pipeline.succeeds("judge-changes", plans, review)
    assert Path(review, "review.md").read_text() == "Nothing changes.\n"
    assert not list(Path(plans).glob("*.json"))
    assert pipeline.succeeds("apply", plans, f"{review}/review.md") == "Nothing changes.\n"
