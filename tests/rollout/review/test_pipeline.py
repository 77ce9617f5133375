"""The scripts of docs/workflows, from a promotion's pull request to its apply, in a sandbox."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pay.model import Environment, Side, Stage, names
from sandbox.instance import Sandbox
from sandbox.settings import Settings
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.plans import ENVIRONMENT, SERVICE, TRAFFIC

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 580


@dataclass(frozen=True)
class Pipeline:
    """A checkout without the change beside one with it, and the service's records at `canary`."""

    folder: Path
    base: Path
    head: Checkout
    sandbox: Sandbox
    variables: Mapping[str, str]

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "docs" / "workflows" / script), str(self.base), *arguments],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def succeeds(self, script: str, *arguments: str) -> str:
        finished = self.run(script, *arguments)
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
    shutil.copy(ROOT / "main.py", base)
    for name in ("constructs", "stacks", "bindings"):
        (base / name).symlink_to(ROOT / name)
    before, head = fresh_checkout(base / "environments"), fresh_checkout(folder / "head")
    before.put(ENVIRONMENT, SERVICE, Stage.READY)
    head.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    with Sandbox(environments[ENVIRONMENT], settings=Settings(wait_for_dns_changes=False)) as here:
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
    assert TRAFFIC in pipeline.succeeds("plan.sh", plans)
    pipeline.succeeds("judge.sh", plans, review)
    comment = Path(review, "review.md").read_text()
    assert "Guard: clean" in comment
    assert "PCI gate" in comment
    assert Path(review, "review.html").exists()

    pipeline.succeeds("apply.sh", plans)
    assert pipeline.weights() == {f"{SERVICE}-ec2": 95, f"{SERVICE}-fargate": 5}

    again = pipeline.run("apply.sh", plans)
    assert again.returncode != 0
    assert "stale" in again.stderr.lower()


def test_a_refused_plan_is_explained_and_not_applied(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.HALF)
    plans, review = str(pipeline.folder / "bad plans"), str(pipeline.folder / "bad review")
    pipeline.succeeds("plan.sh", plans)
    assert pipeline.run("judge.sh", plans, review).returncode == 1
    assert "Guard: refused" in Path(review, "review.md").read_text()
    before = pipeline.weights()
    assert pipeline.run("apply.sh", plans).returncode == 1
    assert pipeline.weights() == before


def test_a_plan_that_was_changed_after_the_review_is_not_applied(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    plans = pipeline.folder / "changed plans"
    pipeline.succeeds("plan.sh", str(plans))
    with (plans / f"{TRAFFIC}.tfplan").open("ab") as file:
        file.write(b"more")
    finished = pipeline.run("apply.sh", str(plans))
    assert finished.returncode != 0
    assert "FAILED" in finished.stdout


def test_nothing_changes_is_said_in_one_line(pipeline: Pipeline) -> None:
    pipeline.head.put(ENVIRONMENT, SERVICE, Stage.READY)
    plans, review = str(pipeline.folder / "no plans"), str(pipeline.folder / "no review")
    assert pipeline.succeeds("plan.sh", plans) == ""
    pipeline.succeeds("judge.sh", plans, review)
    assert Path(review, "review.md").read_text() == "Nothing changes.\n"
    assert not list(Path(plans).glob("*.json"))
    assert pipeline.succeeds("apply.sh", plans) == ""
