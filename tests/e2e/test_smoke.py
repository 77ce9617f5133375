"""The stack of canaries by the real Terraform in the sandbox, and a side that it finds down."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pay.catalogue import CATALOGUE
from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, LoadBalancerType, Side, Stage, names
from pay.model.stacks import SMOKE
from pay.smoke import archives, canaries
from pay.smoke.targets import proving, targets
from rollout.aws.polling import Clock
from rollout.cli import app
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.moves.gates import Promotion, next_move
from rollout.moves.promote import promote
from rollout.moves.smoked import smoke_side
from rollout.moves.standings import Standings
from rollout.plans.read import read_plans
from rollout.smoke.smoke import smoke
from rollout.smoke.verdict import Outcome
from rollout.terminal.refusal import Refused
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.e2e.conftest import write_local_backend
from tests.support.services import at_stage
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MOVED = "frontend"
SCHEMA = ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json"
EVIDENCE = "the payment page was looked at"


@dataclass(frozen=True)
class Smoked:
    """The stack of canaries, with the load balancers of all sides made by hand."""

    environment: Environment
    sandbox: Sandbox
    terraform: Terraform
    folder: Path

    @property
    def stack(self) -> Path:
        return self.folder / SMOKE.stack_id(self.environment.name)

    def write(self) -> None:
        """Write the stack as the code is now."""
        aside = self.folder / "aside"
        app = HclApp(ProviderSchema.load(SCHEMA), outdir=aside)
        for planned in planned_stacks(
            {self.environment.name: self.environment}, patterns=[self.stack.name]
        ):
            add_stack(app, planned)
        app.synth()
        shutil.copytree(aside / "stacks" / self.stack.name, self.stack, dirs_exist_ok=True)
        write_local_backend(self.stack)

    def run(self, *command: str) -> str:
        return self.terraform.run(self.stack, *command, "-no-color")

    def apply(self) -> None:
        self.run("apply", "-input=false", "-auto-approve")

    def plan(self) -> Path:
        """Plan, and return the file with the plan as JSON."""
        self.run("plan", "-input=false", "-out=plan.bin")
        path = self.stack / "plan.json"
        path.write_text(self.run("show", "-json", "plan.bin"))
        return path

    def changes(self) -> dict[str, list[str]]:
        """What a plan would do: address -> actions."""
        plan = json.loads(self.plan().read_text())
        rows = [row for row in plan["resource_changes"] if row["mode"] == "managed"]
        changed = {row["address"]: row["change"]["actions"] for row in rows}
        return {address: actions for address, actions in changed.items() if actions != ["no-op"]}

    def balance(self, service: str, side: Side, call: str) -> None:
        """Register a target at the load balancer of a side, or take it away."""
        elbv2 = self.sandbox.client("elbv2")
        name = names.target_group(self.environment.name, service, side)
        [group] = elbv2.describe_target_groups(Names=[name])["TargetGroups"]
        targets = [{"Id": "10.16.0.9", "Port": 9000}]
        getattr(elbv2, call)(TargetGroupArn=group["TargetGroupArn"], Targets=targets)


def listen(smoked: Smoked, service: str, side: Side) -> None:
    elbv2 = smoked.sandbox.client("elbv2")
    name = names.load_balancer(smoked.environment.name, service, side)
    [balancer] = elbv2.describe_load_balancers(Names=[name])["LoadBalancers"]
    name = names.target_group(smoked.environment.name, service, side)
    [group] = elbv2.describe_target_groups(Names=[name])["TargetGroups"]
    is_network = CATALOGUE[service].load_balancer_type is LoadBalancerType.NETWORK
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="TCP" if is_network else "HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    smoked.balance(service, side, "register_targets")


@pytest.fixture(scope="module")
def smoked(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Smoked]:
    environment = at_stage(environments["sandbox"], MOVED, Stage.DARK)
    folder = tmp_path_factory.mktemp("smoke")
    settings = SandboxSettings(wait_for_dns_changes=False)
    with Sandbox(environment, neighbours=True, settings=settings) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        made = Smoked(environment, sandbox, terraform, folder)
        for service, deployment in environment.services.items():
            for side in filter(deployment.stage.has, Side):
                listen(made, service, side)
        made.write()
        made.run("init", "-input=false")
        made.apply()
        yield made


def test_a_second_plan_is_empty_and_the_guard_refuses_nothing(smoked: Smoked) -> None:
    environments = {smoked.environment.name: smoked.environment}
    plans = read_plans([smoked.plan()], environments)
    assert [change.address for plan in plans for change in plan.plan.moving] == []
    assert judge(Context(plans, environments, environments)).refused == ()
    listed = smoked.sandbox.client("synthetics").describe_canaries()["Canaries"]
    assert {each["Name"] for each in listed} == {t.name for t in targets(smoked.environment)}


CANARY = "aws_synthetics_canary.cancel_ec2"
HARM: Mapping[str, tuple[str, dict[str, Any] | None]] = {
    "canaries-keep-their-role": (
        CANARY,
        {"execution_role_arn": "arn:aws:iam::555555555555:role/another"},
    ),
    "keeps-artefacts-closed": (
        "aws_s3_bucket_public_access_block.artefacts_public_access",
        {"block_public_policy": False},
    ),
    "keeps-its-canaries": (CANARY, None),
    "moves-canaries-to-runtimes-that-take-them": (
        CANARY,
        {"runtime_version": "syn-nodejs-puppeteer-9.0"},
    ),
}
"""Rule -> an address, and what a plan would do to it: new values, or None to delete it."""


def test_the_guard_refuses_harm_in_a_real_plan(smoked: Smoked, tmp_path: Path) -> None:
    environments = {smoked.environment.name: smoked.environment}
    planned = smoked.plan().read_text()
    for rule, (address, values) in HARM.items():
        document = json.loads(planned)
        [row] = [each for each in document["resource_changes"] if each["address"] == address]
        row["change"]["actions"] = ["update"] if values else ["delete"]
        row["change"]["after"] = row["change"]["after"] | values if values else None
        path = tmp_path / f"{rule}.json"
        path.write_text(json.dumps(document))
        refused = judge(Context(read_plans([path], environments), environments, environments))
        assert (rule, address) in {(r.rule, r.finding.address) for r in refused.refused}


@pytest.fixture
def client(smoked: Smoked) -> Callable[[str], Any]:
    return smoked.sandbox.client


FAST = Clock(poll_seconds=0.5)


def test_canaries_try_the_side_that_runs(
    smoked: Smoked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standings(smoked, tmp_path)
    fast = partial(smoke, clock=FAST)
    monkeypatch.setattr(import_module("rollout.cli.smoke"), "smoke_side", fast)
    chosen = ("card-sandbox", "notifications", "probe")
    scenarios = [word for name in chosen for word in ("--scenario", name)]
    variables = {"PAY_ENVIRONMENTS": str(tmp_path), **smoked.sandbox.server.variables()}
    words = ["smoke", "sandbox", "--side", Side.EC2.value, *scenarios, "--json"]
    ended = CliRunner().invoke(app, words, env=variables)
    assert ended.exit_code == 0, ended.output
    [verdict] = json.loads(ended.stdout)
    assert verdict["verdict"] == Outcome.PASSED.value
    assert [each["scenario"] for each in verdict["outcomes"]] == [*chosen]
    assert all(each["runs"] for each in verdict["outcomes"])


def standings(smoked: Smoked, folder: Path) -> Standings:
    shutil.copy(ROOT / "environments" / "sandbox.toml", folder)
    file = folder / "sandbox.toml"
    before = '[services.frontend]\nstage = "ready"'
    file.write_text(file.read_text().replace(before, before.replace("ready", "dark")))
    now = datetime.now(UTC)
    return Standings(folder, {"sandbox": smoked.environment}, CATALOGUE, {}, now)


def test_a_side_that_is_down_is_found_before_its_weight_leaves_0(
    smoked: Smoked, client: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [s for s in proving(smoked.environment, Side.FARGATE, MOVED) if s.third_party is None]
    monkeypatch.setattr("pay.smoke.targets.proving", lambda *_: few[-2:])
    here = standings(smoked, tmp_path)
    edge = next_move(smoked.environment, MOVED)

    def asked() -> Promotion:
        reached = smoke_side(here, "sandbox", MOVED, edge, reach=lambda _: _Reached(client))
        return Promotion(
            here,
            "sandbox",
            MOVED,
            edge,
            evidence=EVIDENCE,
            adjacent="connector stands still",
            smoked=reached,
        )

    smoked.balance(MOVED, Side.FARGATE, "deregister_targets")
    with pytest.raises(Refused) as refusal:
        promote(asked(), by="test")
    [finding] = [each for each in refusal.value.findings if each.refuses]
    assert finding.gate == "smoke"
    assert "www.sandbox.pymnt.uk: answered 503" in finding.reason
    assert 'stage = "dark"' in (tmp_path / "sandbox.toml").read_text()

    smoked.balance(MOVED, Side.FARGATE, "register_targets")
    written = promote(asked(), by="test")
    assert written.entry.smoked
    assert written.entry.smoked.outcome is Outcome.PASSED
    assert written.journal
    assert '"smoked":{"environment":"sandbox","side":"fargate"' in written.journal.read_text()


class _Reached:
    """Clients, as `asking` gives them."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def __enter__(self) -> Callable[[str], Any]:
        return self._client

    def __exit__(self, *_: object) -> None:
        """Keep the sandbox's clients."""


def test_a_changed_character_updates_each_canary_that_has_it_and_nothing_else(
    smoked: Smoked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "scripts"
    shutil.copytree(archives.SCRIPTS, scripts)
    (scripts / "notifications.js").write_text((scripts / "notifications.js").read_text() + "\n")
    monkeypatch.setattr(
        canaries, "archive", lambda scenario: archives.archive(scenario, scripts=scripts)
    )
    smoked.write()
    assert smoked.changes() == {"aws_synthetics_canary.notifications_ec2": ["update"]}
    (scripts / archives.SHARED).write_text((scripts / archives.SHARED).read_text() + "\n")
    smoked.write()
    changes = smoked.changes()
    assert len(changes) == len(list(targets(smoked.environment)))
    assert {tuple(actions) for actions in changes.values()} == {("update",)}


def test_a_newer_runtime_is_applied(smoked: Smoked, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = "syn-nodejs-puppeteer-16.1"
    monkeypatch.setattr(canaries, "RUNTIME", newer)
    monkeypatch.setattr(canaries, "archive", lambda scenario: archives.archive(scenario, newer))
    smoked.write()
    smoked.apply()
    listed = smoked.sandbox.client("synthetics").describe_canaries()["Canaries"]
    assert {each["RuntimeVersion"] for each in listed} == {newer}
    assert smoked.changes() == {}


def test_destroying_it_leaves_no_function(smoked: Smoked, client: Callable[[str], Any]) -> None:
    bucket = names.smoke_bucket("sandbox", smoked.environment.account_id)
    s3 = client("s3")
    for version in s3.list_object_versions(Bucket=bucket).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    assert client("lambda").list_functions()["Functions"]
    smoked.run("destroy", "-input=false", "-auto-approve")
    assert client("synthetics").describe_canaries()["Canaries"] == []
    assert client("lambda").list_functions()["Functions"] == []
