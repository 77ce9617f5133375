"""One service on both sides, deployed with cdktf and the real provider, and destroyed again."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import SCENARIOS
from pay.environments.load import load_environment
from pay.model import Environment, Side, Stage
from pay.model.smoke import SmokeScenario
from rollout.aws.clients import Client, asking
from rollout.deployment import release_checks
from rollout.deployment.deploy import Deployed as DeployedRelease
from rollout.deployment.deploy import ScenarioRunner, deploy
from rollout.deployment.release_checks import RequestedRelease
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.locks.environment_locks import locked
from rollout.plans.read import read_plans
from rollout.releases.record import ReleaseVerdict
from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeVerdict
from rollout.terminal.arguments import now
from tests.conftest import ROOT
from tests.e2e.deployed import (
    PLATFORM,
    SERVICE,
    SIDES,
    STACKS,
    TRAFFIC,
    Deployed,
    deploying,
    existing_estate,
)
from tests.e2e.patches import PatchDesk
from tests.e2e.pipeline_desk import PipelineDesk
from tests.e2e.releases import NO_SMOKE, Releases
from tests.policies.conftest import judge as run_gate
from tests.policies.plan_mutations import PLAN_MUTATIONS
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.plans import at
from tests.support.whole_checkout import copy_checkout

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def deployed(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    with deploying(environments["sandbox"], tmp_path_factory.mktemp("deploy")) as here:
        yield here


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
    return {stack: deployed.plan(stack) for stack in reversed(STACKS)}


@pytest.mark.parametrize("stack", STACKS)
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
    latest = {"TF_VAR_application_image_tag": "latest"}
    deployed.redeploy(SIDES[1], fails=True, **latest)
    # On a busy machine cdktf may end before it has printed why Terraform failed.
    with pytest.raises(subprocess.CalledProcessError) as failed:
        deployed.terraform(SIDES[1], "plan", "-input=false", **latest)
    assert "must name one release" in " ".join(failed.value.stderr.replace("│", " ").split())


@pytest.fixture(scope="module")
def releases(deployed: Deployed) -> Releases:
    return Releases(deployed)


def test_a_release_that_is_not_there_is_refused_before_anything_is_planned(
    releases: Releases,
) -> None:
    refused = releases.deploy("9")
    assert refused.returncode == 1
    assert "govukpay/ledger:9-release is not in the registry" in refused.stderr
    assert releases.record() == ()


def test_a_release_runs_on_both_sides_by_one_digest_with_a_smoke_test_between(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = releases.push("2-release")
    at_each_test = []

    def smoke(
        environment: Environment,
        side: Side,
        scenarios: Collection[SmokeScenario] | None = None,
        *,
        client: Client,
    ) -> SmokeVerdict:
        at_each_test.append((side, releases.running()))
        return shown(side, Outcome.PASSED)

    ended = deploy_here(releases, monkeypatch, 2, smoke)
    before = at_each_test[0][1][Side.EC2]
    assert digest not in before
    assert at_each_test == [
        (Side.FARGATE, {Side.FARGATE: {digest}, Side.EC2: before}),
        (Side.EC2, releases.on_both(digest)),
    ]
    [line] = releases.record()
    assert (line.release, line.verdict, line.digests[SERVICE]) == (2, ReleaseVerdict.GOOD, digest)
    assert line.smoke == {side: (f"run-{side}",) for side in Side}
    assert {side: deployment.id for side, deployment in ended.deployments.items()} == {
        side: releases.deployed.ecs_service(side)["deployments"][0]["id"] for side in Side
    }
    again = releases.deploy("2", "--dry-run", *NO_SMOKE)
    assert "every side runs this release" in again.stdout, again.stderr


def test_a_failed_smoke_test_puts_the_old_digests_back(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.push("3-release")
    before = releases.running()
    tested = []

    def smoke(
        environment: Environment,
        side: Side,
        scenarios: Collection[SmokeScenario] | None = None,
        *,
        client: Client,
    ) -> SmokeVerdict:
        tested.append(side)
        return shown(side, Outcome.FAILED)

    ended = deploy_here(releases, monkeypatch, 3, smoke)
    assert tested == [Side.FARGATE], "the side with traffic was not touched"
    assert releases.running() == before
    line = releases.record()[-1]
    assert (line.release, line.verdict) == (3, ReleaseVerdict.BAD)
    assert "smoke tests of the fargate side: FAILED, probe: 503" in str(line.because)
    assert ended.is_bad


def test_a_broken_image_is_rolled_back_and_the_old_digests_run(releases: Releases) -> None:
    before = releases.running()
    releases.administer("broken-images", digests=[releases.push("4-release")])
    bad = releases.deploy("4", *NO_SMOKE)
    assert bad.returncode == 1, bad.stderr
    assert "What ran before runs again on every side" in bad.stdout
    assert releases.running() == before
    line = releases.record()[-1]
    assert (line.release, line.verdict, line.before) == (4, ReleaseVerdict.BAD, 2)
    for side in Side:
        [only] = releases.deployed.ecs_service(side)["deployments"]
        assert (only["rolloutState"], only["runningCount"]) == ("COMPLETED", 2)


def test_an_older_release_is_refused_and_a_rollback_to_it_works(releases: Releases) -> None:
    older = next(line for line in releases.record() if line.release == 2).digests[SERVICE]
    newer = releases.push("10-release")
    assert releases.deploy("10", *NO_SMOKE).returncode == 0
    assert releases.running() == releases.on_both(newer)

    refused = releases.deploy("2", *NO_SMOKE)
    assert refused.returncode == 1
    assert refused.stderr.count("which is newer than 2") == 2
    assert releases.running() == releases.on_both(newer)

    rolled_back = releases.deploy("2", "--rollback")
    assert rolled_back.returncode == 0, rolled_back.stderr
    assert releases.running() == releases.on_both(older)
    line = releases.record()[-1]
    assert (line.release, line.before, line.rollback) == (2, 10, True)


def test_a_patch_ends_in_its_third_wave_and_goes_on_there(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve services have nginx; this one is real. Its new nginx does not start on the first try:
    the old one runs again, what came before it keeps the new one, and the rest is not reached.
    """
    new = releases.push("213-release", image="nginx")
    before, own = releases.running("nginx"), releases.running()
    assert new not in before[Side.EC2]
    refused = releases.pay("patch", "sandbox", "nginx", "213", *NO_SMOKE)
    assert refused.returncode == 1
    assert "connector, webhooks, publicapi, products, selfservice: it runs nowhere" in (
        refused.stderr
    )
    assert load_environment(releases.folder / "sandbox.toml").sidecars["nginx"].release == 212
    desk = PatchDesk(releases, monkeypatch)

    releases.administer("broken-images", digests=[new])
    ended = desk.patch(213)
    assert ended["ran"] == ["toolbox", "frontend", "products-ui", "cardid"]
    left = ended["left"]
    assert (ended["stopped_at"], len(left)) == (SERVICE, 7)
    assert releases.running("nginx") == before
    line = releases.record()[-1]
    assert (line.verdict, line.patch, line.digests["nginx"]) == (ReleaseVerdict.BAD, "nginx", new)

    releases.administer("broken-images", digests=[])
    desk.done.clear()
    ended = desk.patch(213)
    assert (ended["stopped_at"], len(ended["ran"])) == (None, 12)
    assert desk.done == [SERVICE, *left]
    assert releases.running("nginx") == releases.on_both(new)
    assert releases.running() == own, "the service's own release stays"
    assert desk.patch(213)["ran"] == ended["ran"]
    assert desk.done == [SERVICE, *left], "nothing is done again"


def test_a_killed_deployment_keeps_others_out_until_it_expires_and_then_converges(
    releases: Releases,
) -> None:
    digest = releases.push("11-release")
    releases.kill_at_the_second_side("11")
    refused = releases.deploy("11", *NO_SMOKE)
    assert refused.returncode == 1
    assert "has it for `pay deploy sandbox ledger 11`" in refused.stderr

    try:
        releases.administer("clock", now=time.time() + 31 * 60)
        again = releases.deploy("11", *NO_SMOKE)
    finally:
        releases.administer("clock", now=time.time())
    assert again.returncode == 0, again.stderr
    assert releases.running() == releases.on_both(digest)
    assert [line.release for line in releases.record()[-2:]] == [2, 11]


def test_the_generated_pipeline_deploys_a_release_and_records_it(
    releases: Releases, tmp_path: Path
) -> None:
    """Its commands as they stand in the pipeline, by the task that runs them in Concourse."""
    digest = releases.push("12-release")
    pipeline = yaml.safe_load(releases.pay("pipeline", "concourse", "sandbox", "--out", "-").stdout)
    [job] = [each for each in pipeline["jobs"] if each["name"] == f"deploy-{SERVICE}"]
    [_, task] = job["plan"]
    [_, free] = job["ensure"]["in_parallel"]
    desk = PipelineDesk(releases, tmp_path)

    # No canary is deployed here: the release runs, and its reason says that nothing tried it.
    ended = desk.run(task, "12-release", " --without-smoke none")
    assert ended.returncode == 0, ended.stderr
    assert releases.running() == releases.on_both(digest)
    assert releases.record()[-1].release == 12
    assert desk.committed.startswith("Record: pay deploy sandbox ledger ")
    assert desk.committed.endswith(" --without-smoke none 12")
    freed = desk.run(free, "12-release")
    assert (freed.returncode, freed.stdout.splitlines()[-1]) == (0, "sandbox is free.")


def shown(side: Side, outcome: Outcome) -> SmokeVerdict:
    tried = ScenarioOutcome(
        scenario="probe",
        outcome=outcome,
        reason="" if outcome is Outcome.PASSED else "503",
        runs=(f"run-{side}",),
    )
    at = datetime(2026, 11, 26, tzinfo=UTC)
    return SmokeVerdict(environment="sandbox", side=side, at=at, outcomes=(tried,))


def deploy_here(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, number: int, smoke: ScenarioRunner
) -> DeployedRelease:
    """Deploy in this process, with smoke tests of a test."""
    for name, value in releases.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(release_checks, "proving", lambda *_: tuple(SCENARIOS.values())[:1])
    environment = load_environment(releases.folder / "sandbox.toml")
    asked = RequestedRelease(
        releases.folder, environment, CATALOGUE[SERVICE], number, "release-engineer"
    )
    with asking(environment) as client, locked([environment], "a test", "me") as check:
        ended = deploy(asked, client, check, now, smoke=smoke)
    assert isinstance(ended, DeployedRelease)
    return ended


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
    for stack in STACKS:
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


def test_the_records_of_a_service_are_destroyed_as_the_guard_was_shown(
    deployed: Deployed,
) -> None:
    plan, document = "destroy.tfplan", deployed.outdir / "stacks" / TRAFFIC / "destroy.json"
    deployed.terraform(TRAFFIC, "init", "-input=false")
    deployed.terraform(TRAFFIC, "plan", "-destroy", f"-out={plan}")
    document.write_text(deployed.terraform(TRAFFIC, "show", "-json", plan))
    with pytest.raises(subprocess.CalledProcessError):
        deployed.pay("guard", str(document))
    reasons = [
        *("--allow", "keeps-names-answered", "--because", "nobody calls it"),
        *("--allow", "matches-the-stage", "--because", "it is removed"),
    ]
    deployed.pay("guard", str(document), *reasons)
    deployed.terraform(TRAFFIC, "apply", plan)
    assert deployed.records() == {}


def test_destroy_removes_what_was_made_and_nothing_else(
    deployed: Deployed, plan_removal: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    deployed.cdktf("destroy", TRAFFIC, *SIDES, PLATFORM, "--auto-approve", "--skip-synth")

    assert existing_estate(deployed.sandbox) == deployed.before
    assert deployed.records() == {}
    assert deployed.sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    roles = {role["RoleName"] for role in deployed.sandbox.client("iam").list_roles()["Roles"]}
    of_log_pipeline = {"sandbox-logs-to-firehose", "sandbox-logs-to-s3"}
    assert roles == of_log_pipeline | {"aws-config", "sandbox-flow-logs"}
    groups = deployed.sandbox.client("logs").describe_log_groups()["logGroups"]
    of_watching = {"aws-waf-logs-sandbox", "sandbox-flow-logs"}
    assert {group["logGroupName"] for group in groups} == of_watching
    ecs = deployed.sandbox.client("ecs")
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    # A deleted cluster stays to be seen for a while (AWS: ECS API reference, DeleteCluster).
    assert {cluster["status"] for cluster in clusters} <= {"INACTIVE"}

    finished = plan_removal()
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
