"""Every rule on real plans: made in the sandbox, by real changes, through the real stacks.

One walk of a service makes them all: it stands at `canary` when the bad changes are planned.
"""

import copy
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.containers.keys import CONTAINER_DEFINITION
from pay.containers.stored import as_stored
from pay.environments.load import load_environments
from pay.model import Environment, Segment, Side, Stage, names
from pay.model.problem import InvalidInput
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import judge
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.read import StackPlan, read_plans
from rollout.plans.records import RECORD_TYPE
from rollout.plans.values import same
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from sandbox.instance import Sandbox
from sandbox.settings import Settings
from tests.policies.conftest import judge as gate
from tests.support.mutations import damaged, harms
from tests.support.one_attribute import attributes_in_use, one_attribute_changed, settled
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, TRAFFIC, Json, at
from tests.support.real_stacks import Edit, RealStacks, all_of, appended, put, put_in
from tests.support.stack_ids import side_stack
from tests.support.weekly_changes import WEEKLY, WORKER, weekly_plan

pytestmark = pytest.mark.e2e

FARGATE_RECORD = 'resource "aws_route53_record" "fargate" {'
EC2_RECORD = 'resource "aws_route53_record" "ec2" {'
KEY = 'resource "aws_kms_key" "cde_key" {'
LOG = 'resource "aws_cloudwatch_log_group" "ec2_exec_log" {'

PROXY = side_stack(ENVIRONMENT, "egress", Side.EC2)
PUBLIC = side_stack(ENVIRONMENT, "frontend", Side.EC2)
"""Behind a Network Load Balancer, and behind one that the public reaches, with its web ACL."""


@dataclass
class Plans:
    """Plan files by what was changed, and the environment's file that each goes with."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    environments: dict[str, Mapping[str, Environment]] = field(default_factory=dict)
    hcl: Path = Path()
    """The stacks at `canary`, as the gate judges them."""

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
        stacks = RealStacks(
            sandbox, tmp_path_factory.mktemp("real"), SERVICE, WORKER, PROXY, PUBLIC
        )
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


LONGER = put('deregistration_delay = "40"', 'deregistration_delay = "50"')
NARROWED = put(f'"arn:aws:logs:eu-west-1:555555555555:log-group:sandbox_adot_{SERVICE}_FG:*",', "")
"""No task writes to the group any more that the side held once."""


def _good_changes(stacks: RealStacks, made: Plans) -> None:
    made.hcl = stacks.copied_to("judged", *DEPLOYED)
    release = {"TF_VAR_application_image_tag": "2-release"}
    for stack, edit in ((EC2, LONGER), (FARGATE, NARROWED)):
        file = stacks.plan("release", stack, edit=edit, variables=release)
        _keep(stacks, made, "release", file)
    _keep(stacks, made, "at work", stacks.plan("at work", WORKER))
    _keep(stacks, made, "others", *stacks.plan_all("others", PROXY, PUBLIC))
    for stack, edit in RENAMED.items():
        _keep(stacks, made, "renamed by moved", stacks.plan("renamed by moved", stack, edit=edit))
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


def moved(type: str, name: str) -> Edit:
    """An edit that renames a resource and says so."""

    def edit(text: str) -> str:
        old, new = f"{type}.{name}", f"{type}.renamed"
        text = put(f'"{type}" "{name}"', f'"{type}" "renamed"')(text)
        text = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text)
        return f"{text}\nmoved {{\n  from = {old}\n  to   = {new}\n}}\n"

    return edit


def forgotten(type: str, name: str) -> Edit:
    """An edit that takes a resource out of the state without deleting it."""

    def edit(text: str) -> str:
        text, count = re.subn(rf'resource "{type}" "{name}" {{\n.*?\n}}\n', "", text, flags=re.S)
        assert count == 1
        lifecycle = "lifecycle {\n    destroy = false\n  }"
        return f"{text}\nremoved {{\n  from = {type}.{name}\n  {lifecycle}\n}}\n"

    return edit


RENAMED = {
    PLATFORM: all_of(
        moved("aws_kms_key", "cde_key"),
        moved("aws_launch_template", "cde_template"),
        moved("aws_cloudwatch_log_group", "ec2_exec_log"),
    ),
    EC2: all_of(moved("aws_lb", "alb"), moved("aws_ecs_service", "service")),
    TRAFFIC: moved("aws_route53_record", "ec2"),
}
"""Stack -> new addresses for what carries traffic."""

HCL: dict[str, tuple[str, Edit]] = {
    "locked": (
        PLATFORM,
        all_of(
            put(KEY, f"{KEY}\n  is_enabled = false"),
            put_in(LOG, "retention_in_days = 365", "retention_in_days = 90"),
            put("ECS_CLUSTER=sandbox-ec2", "ECS_CLUSTER=sandbox-fargate"),
        ),
    ),
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
            put('name = "DB_NAME", value = "publicauth"', 'name = "DB_NAME", value = "ledger"'),
            put("secrets = [", 'secrets = [\n{ name = "COLOUR", valueFrom = "/sandbox/COLOUR" },'),
            put('["ecr:GetAuthorizationToken"]', '["ecr:*"]'),
            put('"logs:PutLogEvents"', '"logs:DescribeLogStreams"'),
            put("= aws_iam_role.task_role.arn", "= aws_iam_role.execution_role.arn"),
            put_in(
                'resource "aws_ecs_service" "service" {',
                "= aws_ecs_task_definition.task.arn",
                '= "sandbox_administrator:1"',
            ),
            appended(
                'resource "aws_lb_listener" "plain" {\n'
                "  load_balancer_arn = aws_lb.alb.arn\n"
                "  port              = 80\n"
                '  protocol          = "HTTP"\n'
                "  default_action {\n"
                '    type             = "forward"\n'
                "    target_group_arn = aws_lb_target_group.target_group.arn\n"
                "  }\n}"
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
            forgotten("aws_cloudwatch_metric_alarm", "errors_alarm"),
        ),
    ),
}
"""Label -> a stack and what is changed in its HCL: several mistakes in one plan, each of a rule."""

BAD = {
    "keeps-names-answered": ("renamed", "aws_route53_record.fargate"),
    "keeps-what-carries-traffic": ("taken down", "aws_lb_target_group.target_group"),
    "changes-only-what-is-harmless": ("spoiled", "aws_lb_target_group.target_group"),
    "keeps-its-alarms": ("taken down", "aws_cloudwatch_metric_alarm.latency_alarm"),
    "keeps-its-containers": ("taken down", "aws_ecs_task_definition.task"),
    "keeps-its-keys-enabled": ("locked", "aws_kms_key.cde_key"),
    "keeps-its-variables": ("spoiled", "aws_ecs_task_definition.task"),
    "keeps-the-rights-that-it-needs": ("spoiled", "aws_iam_role_policy.execution_policy"),
    "names-nothing-of-another-environment": ("spoiled", "aws_ecs_task_definition.task"),
    "keeps-logs-for-a-year": ("locked", "aws_cloudwatch_log_group.ec2_exec_log"),
    "starts-instances-that-take-tasks": ("locked", "aws_launch_template.cde_template"),
    "makes-no-key-anew": ("deleted key", "aws_kms_key.cde_key"),
    "may-use-what-it-names": ("spoiled", "aws_ecs_task_definition.task"),
    "takes-over-nothing-that-runs": ("spoiled", "aws_lb_listener.plain"),
    "forgets-nothing-that-runs": ("taken down", "aws_cloudwatch_metric_alarm.errors_alarm"),
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
    with _somebody_deletes_a_key(stacks.sandbox):
        _keep(stacks, made, "deleted key", stacks.plan("deleted key", PLATFORM))


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


@contextmanager
def _somebody_deletes_a_key(sandbox: Sandbox) -> Iterator[None]:
    """The key waits for its deletion, outside Terraform; put back afterwards."""
    kms, alias = sandbox.client("kms"), names.key_alias(ENVIRONMENT, Segment.CDE)
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    yield
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)


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
    "changes-only-what-is-harmless": "release",
    "keeps-its-alarms": "to retired",
    "keeps-its-containers": "release",
    "keeps-its-keys-enabled": "platform",
    "keeps-its-variables": "release",
    "keeps-the-rights-that-it-needs": "release",
    "names-nothing-of-another-environment": "release",
    "keeps-logs-for-a-year": "platform",
    "starts-instances-that-take-tasks": "platform",
    "makes-no-key-anew": "platform",
    "may-use-what-it-names": "release",
    "takes-over-nothing-that-runs": "dark",
    "forgets-nothing-that-runs": "release",
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


def test_lets_an_address_move(plans: Plans) -> None:
    context = plans.context("renamed by moved")
    assert judge(context).refused == ()
    for plan in context.plans:
        assert plan.plan.moving == ()
        assert any(change.previous_address for change in plan.plan.managed)


def test_says_what_the_real_plans_move(plans: Plans) -> None:
    expected = {
        "dark": "publicauth, sandbox: Fargate side is created",
        "quarter": "publicauth, sandbox: Fargate 5 % → 25 %",
        "soak to ready": "publicauth, sandbox: Fargate 100 % → 0 %",
        "release": "publicauth 1-sandbox → 2-release",
        "to retired": "publicauth, sandbox: EC2 side is destroyed",
    }
    for label, effect in expected.items():
        context = plans.context(label)
        document = review(context, judge(context), None)
        assert any(effect in text for text in (document.title, *document.first_lines)), label
        assert effect in as_markdown(document, rest="the page").replace("\\", "")
        assert document.title in unescape(as_html(document))


ELSEWHERE: Mapping[str, Callable[[Any], Any]] = {
    "cpu": lambda value: 1,
    "dockerLabels": lambda value: {"team": "pay"},
    "environment": lambda value: [],
    "essential": lambda value: not value,
    "image": lambda value: "registry.test/other:2-release",
    "logConfiguration": lambda value: {**value, "logDriver": "json-file"},
    "memory": lambda value: 4,
    "mountPoints": lambda value: [],
    "portMappings": lambda value: [],
    "readonlyRootFilesystem": lambda value: False,
    "secrets": lambda value: [],
    "stopTimeout": lambda value: 2,
    "user": lambda value: "0",
}
"""Field of a container -> another value that AWS takes, and that hurts."""

HARMLESS = {("dockerLabels", True), ("memory", False)}
"""Fields of a container that may take any value, and those that may go: a limit of its memory."""


@pytest.mark.parametrize("key", sorted({*CONTAINER_DEFINITION} - {"name", "memoryReservation"}))
def test_refuses_every_field_of_a_container_that_changes(plans: Plans, key: str) -> None:
    """In each container of a real release: to another value, and away."""
    context = plans.context("release")
    for judged in context.plans:
        document = json.loads(judged.path.read_text())
        for release in document["resource_changes"]:
            if release["type"] != TASK_DEFINITION:
                continue
            definitions = json.loads(release["change"]["after"]["container_definitions"])
            for container in definitions:
                value = ELSEWHERE[key](container.get(key)) if key in ELSEWHERE else ["x"]
                gone = {name: item for name, item in container.items() if name != key}
                # Left out, a field has the value that ECS adds.
                was, left = (as_stored(each, "awsvpc").get(key) for each in (container, gone))
                for changed, is_set, becomes in (
                    ({**container, key: value}, True, value),
                    (gone, False, left),
                ):
                    if same(becomes, was):
                        continue
                    others = [changed if c is container else c for c in definitions]
                    release["change"]["after"]["container_definitions"] = json.dumps(others)
                    is_clean = judge(_again(document, context)).is_clean
                    assert is_clean == ((key, is_set) in HARMLESS), (container["name"], becomes)


def _again(document: Json, context: Context) -> Context:
    """A changed plan as the commands read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(document))
        return Context(read_plans([path], context.environments), context.environments)


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


DEPLOYED = {FARGATE: "release", EC2: "release", WORKER: "at work", PLATFORM: "more"}
"""Stack -> a plan of it once it is deployed, which weekly changes start from."""


@pytest.mark.parametrize("name", WEEKLY)
def test_lets_weekly_work_pass_and_says_what_it_does(
    plans: Plans, tmp_path: Path, name: str
) -> None:
    weekly = WEEKLY[name]
    path = tmp_path / f"{weekly.stack}.json"
    path.write_text(json.dumps(weekly.applied_to(_document(plans, weekly.stack))))
    environments = plans.environments["release"]
    context = Context(read_plans([path], environments), environments)
    verdict = judge(context)
    assert verdict.refused == ()
    text = as_markdown(review(context, verdict, None), rest="the page").replace("\\", "")
    assert weekly.says in "\n".join(text.splitlines()[:10])


def test_the_gate_lets_weekly_work_pass(plans: Plans, tmp_path: Path) -> None:
    """All changes of a stack at once: a rule judges each setting alone."""
    options: list[object] = []
    for stack in DEPLOYED:
        changes = [weekly for weekly in WEEKLY.values() if weekly.stack == stack]
        path = tmp_path / f"{stack}.json"
        path.write_text(json.dumps(weekly_plan(_document(plans, stack), changes)))
        options += ["--plan", path]
    (report,) = gate([plans.hcl], "--partial", *options).values()
    assert report["problems"] == []
    assert [each for each in report["findings"] if each["outcome"] == "failed"] == []


def _document(plans: Plans, stack: str) -> Json:
    label = DEPLOYED[stack]
    (path,) = [path for path in plans.files[label] if path.stem == stack]
    document: Json = json.loads(path.read_text())
    return document


RIGHTS = {"keeps-the-rights-that-it-needs", "widens-no-iam-statement"}
"""What one role loses, another gets."""


def _settled(plans: Plans) -> list[StackPlan]:
    """What the platform, both sides and the records are at `canary` once the release is applied,
    and the sides of services of other forms.
    """
    of_others = (p for label in ("at work", "others") for p in plans.context(label).plans)
    platform = (p for p in plans.context("more").plans if p.stack.id == PLATFORM)
    records = plans.context("quarter").plans  # It starts from what they are at `canary`.
    here = (*platform, *plans.context("release").plans, *records, *of_others)
    at_rest = [replace(plan, plan=settled(plan.plan)) for plan in here]
    stacks = {PLATFORM, EC2, FARGATE, TRAFFIC, WORKER, PROXY, PUBLIC}
    assert {plan.stack.id for plan in at_rest} == stacks
    return at_rest


def test_every_change_of_an_attribute_is_refused_harmless_or_in_a_safe_direction(
    plans: Plans, golden: Callable[[str, str], None]
) -> None:
    """Each attribute in use changes alone, to another legal value; the file shows what became of
    it: refused at every value, let pass at every value, or let pass in one direction.
    """
    environments = plans.environments["release"]
    outcomes: dict[tuple[str, str], set[frozenset[str]]] = {}
    in_use: set[tuple[str, str]] = set()
    for at_rest in _settled(plans):
        assert judge(Context((at_rest,), environments)).refused == ()
        in_use |= attributes_in_use(at_rest.plan)
        for changed in one_attribute_changed(at_rest.plan):
            context = Context((replace(at_rest, plan=changed.plan),), environments)
            refused = judge(context).refused
            rules = frozenset(refusal.rule for refusal in refused)
            if changed.type != RECORD_TYPE:  # Of a record, each part has its own rule.
                # One change, one refusal, by the rule that knows why.
                assert {refusal.finding.address for refusal in refused} <= {changed.address}
                assert len(rules) <= 1 or rules == RIGHTS, (changed.type, changed.attribute, rules)
            outcomes.setdefault((changed.type, changed.attribute), set()).add(rules)
    assert set(outcomes) == in_use
    lines = (_outcome(*attribute, rules) for attribute, rules in sorted(outcomes.items()))
    golden("changes-in-place.txt", "\n".join(lines) + "\n")


def _outcome(type: str, attribute: str, rules: Set[frozenset[str]]) -> str:
    by = ", ".join(sorted(frozenset[str]().union(*rules)))
    kinds = {(True, False): "refused", (True, True): "in one direction", (False, True): "harmless"}
    kind = kinds[bool(by), frozenset() in rules]
    return f"{type} {attribute}: {kind}{f' ({by})' if by else ''}"
