"""Every rule on real plans: made in the sandbox, by real changes, through the real stacks.

One walk of a service makes them all: it stands at `canary` when the bad changes are planned.
"""

import copy
import json
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.environments.load import load_environments
from pay.model import Environment, Side, Stage, names
from pay.model.problem import InvalidInput
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from sandbox.instance import Sandbox
from sandbox.settings import Settings
from tests.support.mutations import damaged, harms
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, TRAFFIC, at
from tests.support.real_stacks import Edit, RealStacks, all_of, appended, put, put_in
from tests.support.stack_ids import side_stack

pytestmark = pytest.mark.e2e

FARGATE_RECORD = 'resource "aws_route53_record" "fargate" {'
EC2_RECORD = 'resource "aws_route53_record" "ec2" {'
KEY = 'resource "aws_kms_key" "cde_key" {'

WORKER = side_stack(ENVIRONMENT, "webhooks", Side.EC2)
"""Its service takes messages of a queue, which the one that is walked does not."""


@dataclass
class Plans:
    """Plan files by what was changed, and the environment's file that each goes with."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    environments: dict[str, Mapping[str, Environment]] = field(default_factory=dict)

    def context(self, *labels: str) -> Context:
        environments = self.environments[labels[0]]
        paths = [path for label in labels for path in self.files[label]]
        before = BEFORE.get(labels[0])
        base = {ENVIRONMENT: at(environments[ENVIRONMENT], before)} if before else None
        return Context(read_plans(paths, environments), environments, base)


BEFORE = {"ready": Stage.DARK, "to detached": Stage.SOAK}
"""The stage before, where the records of two stages are the same."""


@pytest.fixture(scope="session")
def plans(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Plans:
    """All real plans of this file."""
    made = Plans()
    settings = Settings(wait_for_dns_changes=False)
    with Sandbox(environments["sandbox"], settings=settings) as sandbox:
        stacks = RealStacks(sandbox, tmp_path_factory.mktemp("real"), SERVICE, WORKER)
        _walk_to_canary(stacks, made)
        _good_changes(stacks, made)
        _bad_changes(stacks, made)
        _walk_to_the_end(stacks, made)
        stacks.finish()
    return made


def _keep(stacks: RealStacks, made: Plans, label: str, *files: Path) -> None:
    made.files.setdefault(label, []).extend(files)
    made.environments[label] = load_environments(stacks.environments)


def _walk_to_canary(stacks: RealStacks, made: Plans) -> None:
    _keep(stacks, made, "platform", stacks.plan("platform", PLATFORM, apply=True))
    stacks.synthesise(Stage.DARK)
    _keep(stacks, made, "dark", *stacks.plan_all("dark", EC2, FARGATE, apply=True))
    _keep(stacks, made, "dark", stacks.plan("dark", TRAFFIC, apply=True))
    for stage in (Stage.READY, Stage.CANARY):
        stacks.synthesise(stage)
        _keep(stacks, made, stage, stacks.plan(stage, TRAFFIC, apply=True))


CIPHER = put("ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06")
NARROWED = put('"ecr:BatchCheckLayerAvailability",', "")


def _good_changes(stacks: RealStacks, made: Plans) -> None:
    release = {"TF_VAR_application_image_tag": "2-release"}
    for stack, edit in ((EC2, CIPHER), (FARGATE, NARROWED)):
        file = stacks.plan("release", stack, edit=edit, variables=release)
        _keep(stacks, made, "release", file)
    _keep(stacks, made, "at work", stacks.plan("at work", WORKER))
    stacks.synthesise(Stage.CANARY, all_of(_tasks(peak=3), _instances(4)))
    _keep(stacks, made, "more", *stacks.plan_all("more", PLATFORM, EC2, FARGATE))
    stacks.synthesise(Stage.READY)
    _keep(stacks, made, "rollback", stacks.plan("rollback", TRAFFIC))
    stacks.synthesise(Stage.QUARTER)
    _keep(stacks, made, "quarter", stacks.plan("quarter", TRAFFIC))


def _tasks(*, peak: int) -> Edit:
    here = f'[services.{SERVICE}]\nstage = "canary"\ntasks = {{ min = 1, peak = 2 }}'
    return put(here, here.replace("peak = 2", f"peak = {peak}"))


def _instances(number: int) -> Edit:
    return put("min_instances = 3", f"min_instances = {number}")


HCL: dict[str, tuple[str, Edit]] = {
    "locked": (PLATFORM, put(KEY, f"{KEY}\n  is_enabled = false")),
    "renamed": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weight = 5", "weight = 6"),
            put(FARGATE_RECORD, FARGATE_RECORD.replace("fargate", "renamed")),
            appended(
                'resource "aws_route53_record" "other" {\n'
                '  name    = "ledger.sandbox.pymnt.internal"\n'
                '  type    = "A"\n'
                "  allow_overwrite = true\n"
                "  zone_id = data.aws_route53_zone.zone.zone_id\n"
                "  alias {\n"
                "    evaluate_target_health = true\n"
                "    name                   = data.aws_lb.ec2_alb.dns_name\n"
                "    zone_id                = data.aws_lb.ec2_alb.zone_id\n"
                "  }\n}"
            ),
        ),
    ),
    "led elsewhere": (
        TRAFFIC,
        all_of(
            put_in(EC2_RECORD, "evaluate_target_health = true", "evaluate_target_health = false"),
            lambda text: text.replace("data.aws_lb.fargate_alb.", "data.aws_lb.ec2_alb."),
        ),
    ),
    "unknown": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weight = 5", "weight = terraform_data.weight.output"),
            appended('resource "terraform_data" "weight" {\n  input = 25\n}'),
        ),
    ),
    "all zero": (
        TRAFFIC,
        lambda text: text.replace("weight = 95", "weight = 0").replace("weight = 5", "weight = 0"),
    ),
    "by latency": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weighted_routing_policy", "latency_routing_policy"),
            put_in(FARGATE_RECORD, "weight = 5", 'region = "eu-west-1"'),
        ),
    ),
    "spoiled": (
        FARGATE,
        all_of(
            put('path                = "/healthcheck"', 'path = "/"'),
            put('minimum_healthy_targets_count = "1"', 'minimum_healthy_targets_count = "2"'),
            put(
                '{ name = "PORT", value = "8080" },',
                '{ name = "DB_PASSWORD", value = "hunter2" },\n{ name = "PORT", value = "8080" },',
            ),
            put('["ecr:GetAuthorizationToken"]', '["ecr:*"]'),
            put("= aws_iam_role.task_role.arn", "= aws_iam_role.execution_role.arn"),
            put_in(
                'resource "aws_ecs_service" "service" {',
                "= aws_ecs_task_definition.task.arn",
                '= "sandbox_administrator:1"',
            ),
            appended(
                'resource "aws_security_group" "open" {\n'
                '  name   = "open"\n'
                "  vpc_id = data.aws_vpc.vpc.id\n}"
            ),
        ),
    ),
    "idle": (
        WORKER,
        put(
            '"BACKGROUND_PROCESSING_ENABLED", value = "true"',
            '"BACKGROUND_PROCESSING_ENABLED", value = "false"',
        ),
    ),
    "taken down": (
        EC2,
        all_of(
            put(f"sandbox-{SERVICE}-lb-tg", "sandbox-renamed-tg"),
            put(f"sandbox-{SERVICE}-ec2-latency", f"sandbox-{SERVICE}-ec2-slow"),
            put('memory                   = "2048"', 'memory = "1024"'),
            put(f"= local.{SERVICE}_image", f'= "{SERVICE}:main"'),
        ),
    ),
}
"""Label -> a stack and what is changed in its HCL: several mistakes in one plan, each of a rule."""

BAD = {
    "keeps-names-answered": ("renamed", "aws_route53_record.fargate"),
    "keeps-what-carries-traffic": ("taken down", "aws_lb_target_group.target_group"),
    "keeps-the-way-to-its-tasks": ("spoiled", "aws_lb_target_group.target_group"),
    "keeps-its-alarms": ("taken down", "aws_cloudwatch_metric_alarm.latency_alarm"),
    "keeps-its-keys-enabled": ("locked", "aws_kms_key.cde_key"),
    "matches-the-stage": ("renamed", "aws_route53_record.ec2"),
    "starts-from-the-stage-before": ("by hand", "aws_route53_record.ec2"),
    "takes-one-step": ("two steps", "aws_route53_record.ec2"),
    "overwrites-no-record": ("renamed", "aws_route53_record.other"),
    "changes-only-weights": ("led elsewhere", "aws_route53_record.ec2"),
    "knows-every-weight": ("unknown", "aws_route53_record.fargate"),
    "never-weighs-all-zero": ("all zero", "aws_route53_record.ec2"),
    "keeps-one-routing-policy": ("by latency", "aws_route53_record.fargate"),
    "evaluates-target-health": ("led elsewhere", "aws_route53_record.ec2"),
    "leads-to-its-own-load-balancer": ("led elsewhere", "aws_route53_record.fargate"),
    "moves-one-service": ("renamed", "aws_route53_record.other"),
    "moves-records-apart-from-capacity": ("at once", "aws_lb_target_group.target_group"),
    "keeps-ec2-capacity": ("fewer", "aws_autoscaling_group.cde_instances"),
    "keeps-fargate-at-peak": ("fewer", "aws_appautoscaling_target.scaling_target"),
    "takes-work-from-ready-on": ("idle", "aws_ecs_task_definition.task"),
    "leaves-dns-at-half-of-its-tasks": ("spoiled", "aws_lb_target_group.target_group"),
    "keeps-desired-count": ("fewer", "aws_ecs_service.service"),
    "keeps-the-size-of-its-tasks": ("taken down", "aws_ecs_task_definition.task"),
    "leaves-the-existing-estate": ("spoiled", "aws_security_group.open"),
    "has-no-drift": ("by hand", "aws_route53_record.ec2"),
    "plans-everything": ("targeted", ""),
    "writes-no-secret-in-plain-text": ("spoiled", "aws_ecs_task_definition.task"),
    "pins-every-image": ("taken down", "aws_ecs_task_definition.task"),
    "widens-no-iam-statement": ("spoiled", "aws_iam_role_policy.execution_policy"),
    "runs-its-own-task-definition": ("spoiled", "aws_ecs_service.service"),
    "runs-under-its-own-role": ("spoiled", "aws_ecs_task_definition.task"),
}
"""Rule -> the plan and the address there that it refuses."""


def _bad_changes(stacks: RealStacks, made: Plans) -> None:
    stacks.synthesise(Stage.CANARY)

    def plan_edits_of(stack: str) -> None:
        for label, (edited, edit) in HCL.items():
            if edited == stack:
                file = stacks.plan(label, stack, "-refresh=false", edit=edit)
                _keep(stacks, made, label, file)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(plan_edits_of, (PLATFORM, TRAFFIC, EC2, FARGATE, WORKER)))
    target = ("-refresh=false", "-target=aws_route53_record.ec2")
    _keep(stacks, made, "targeted", stacks.plan("targeted", TRAFFIC, *target))
    stacks.synthesise(Stage.CANARY, all_of(_tasks(peak=1), _instances(2)))
    _keep(stacks, made, "fewer", *stacks.plan_all("fewer", PLATFORM, EC2, FARGATE))
    stacks.synthesise(Stage.HALF)
    _keep(stacks, made, "two steps", stacks.plan("two steps", TRAFFIC, "-refresh=false"))
    stacks.synthesise(Stage.QUARTER)
    _keep(stacks, made, "at once", *made.files["quarter"], *made.files["taken down"])
    with _somebody_changes_the_weights(stacks.sandbox, 80, 20):
        _keep(stacks, made, "by hand", stacks.plan("by hand", TRAFFIC))


class _somebody_changes_the_weights:
    """By hand, outside Terraform; put back afterwards."""

    def __init__(self, sandbox: Sandbox, ec2: int, fargate: int) -> None:
        self._route53 = sandbox.client("route53")
        self._weights = {Side.EC2: ec2, Side.FARGATE: fargate}

    def __enter__(self) -> None:
        self._write(self._weights)

    def __exit__(self, *error: object) -> None:
        self._write({Side.EC2: 95, Side.FARGATE: 5})

    def _write(self, weights: Mapping[Side, int]) -> None:
        wanted = {names.set_identifier(SERVICE, side): w for side, w in weights.items()}
        for zone in self._route53.list_hosted_zones()["HostedZones"]:
            listed = self._route53.list_resource_record_sets(HostedZoneId=zone["Id"])
            changes = [
                {
                    "Action": "UPSERT",
                    "ResourceRecordSet": {**record, "Weight": wanted[record["SetIdentifier"]]},
                }
                for record in listed["ResourceRecordSets"]
                if record.get("SetIdentifier") in wanted
            ]
            if changes:
                self._route53.change_resource_record_sets(
                    HostedZoneId=zone["Id"], ChangeBatch={"Changes": changes}
                )


def _walk_to_the_end(stacks: RealStacks, made: Plans) -> None:
    # The steps between are the lab's (tests/lab); here the service is put at its end of them.
    stacks.synthesise(Stage.SOAK)
    stacks.plan("the steps between", TRAFFIC, apply=True)
    stacks.synthesise(Stage.READY)
    _keep(stacks, made, "soak to ready", stacks.plan("soak to ready", TRAFFIC))
    for label, stage, sides in (
        ("to detached", Stage.DETACHED, (FARGATE, TRAFFIC)),
        ("back to cutover", Stage.CUTOVER, (FARGATE, TRAFFIC)),
        ("to retired", Stage.RETIRED, (EC2, TRAFFIC)),
    ):
        stacks.synthesise(stage)
        files = stacks.plan_all(label, *sides, apply=stage is Stage.DETACHED)
        _keep(stacks, made, label, *files)


GOOD = {
    "keeps-names-answered": "to detached",
    "keeps-what-carries-traffic": "to retired",
    "keeps-the-way-to-its-tasks": "release",
    "keeps-its-alarms": "to retired",
    "keeps-its-keys-enabled": "platform",
    "matches-the-stage": "quarter",
    "starts-from-the-stage-before": "canary",
    "takes-one-step": "rollback",
    "overwrites-no-record": "ready",
    "changes-only-weights": "ready",
    "knows-every-weight": "quarter",
    "never-weighs-all-zero": "soak to ready",
    "keeps-one-routing-policy": "ready",
    "evaluates-target-health": "back to cutover",
    "leads-to-its-own-load-balancer": "ready",
    "moves-one-service": "quarter",
    "moves-records-apart-from-capacity": "to detached",
    "keeps-ec2-capacity": "more",
    "keeps-fargate-at-peak": "more",
    "takes-work-from-ready-on": "at work",
    "leaves-dns-at-half-of-its-tasks": "more",
    "keeps-desired-count": "more",
    "keeps-the-size-of-its-tasks": "release",
    "leaves-the-existing-estate": "release",
    "has-no-drift": "more",
    "plans-everything": "quarter",
    "writes-no-secret-in-plain-text": "release",
    "pins-every-image": "release",
    "widens-no-iam-statement": "release",
    "runs-its-own-task-definition": "release",
    "runs-under-its-own-role": "dark",
}
"""Rule -> a real change that it looks at and lets pass."""

WALK = ("platform", "dark", "ready", "canary", "quarter", "to detached", "to retired")


@pytest.mark.parametrize("rule", RULES)
def test_refuses_the_bad_change(plans: Plans, rule: str) -> None:
    label, address = BAD[rule]
    refused = judge(plans.context(label)).refused
    assert (rule, address) in {(refusal.rule, refusal.finding.address) for refusal in refused}


@pytest.mark.parametrize("rule", RULES)
def test_lets_the_good_change_pass(plans: Plans, rule: str) -> None:
    context = plans.context(GOOD[rule])
    assert judge(context).refused == ()
    assert any(plan.plan.moving for plan in context.plans)


@pytest.mark.parametrize("step", WALK)
def test_lets_the_whole_walk_pass(plans: Plans, step: str) -> None:
    assert judge(plans.context(step)).refused == ()


def test_says_what_the_real_plans_move(plans: Plans) -> None:
    expected = {
        "dark": "publicauth, sandbox: Fargate side is created",
        "quarter": "publicauth, sandbox: Fargate 5 % → 25 %",
        "soak to ready": "publicauth, sandbox: Fargate 100 % → 0 %",
        "release": "publicauth, sandbox: EC2 side: publicauth 1-sandbox → 2-release",
        "to retired": "publicauth, sandbox: EC2 side is destroyed",
    }
    for label, headline in expected.items():
        context = plans.context(label)
        document = review(context, judge(context), None)
        assert any(text.startswith(headline) for text in document.headlines), label
        assert headline.split(":")[0] in as_markdown(document, rest="the page")
        assert headline.split(" (")[0] in as_html(document)


@pytest.mark.parametrize("label", ["quarter", "release", "more"])
@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_never_lets_harm_pass_in_a_real_plan(plans: Plans, label: str, data: st.DataObject) -> None:
    context = plans.context(label)
    document = json.loads(data.draw(st.sampled_from(context.plans)).path.read_text())
    harmed = copy.deepcopy(document)
    harm = data.draw(harms())
    where = data.draw(st.integers(0, len(harmed["resource_changes"])))
    harmed["resource_changes"].insert(where, harm)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(harmed))
        again = Context(read_plans([path], context.environments), context.environments)
        assert not judge(again).is_clean, harm
        path.write_text(json.dumps(data.draw(damaged(document))))
        try:
            read = Context(read_plans([path], context.environments), context.environments)
        except InvalidInput:
            return
        review(read, judge(read), None)
