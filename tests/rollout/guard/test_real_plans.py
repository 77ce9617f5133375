"""Every rule on real plans: made in the sandbox, by real changes, through the real stacks.

One walk of a service makes them all: it stands at `canary` when the bad changes are planned.
"""

import copy
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.environments import load_environments
from pay.model import Environment, Side, Stage, names
from pay.model.problem import InvalidInput
from rollout.guard.context import Context
from rollout.guard.judge import judge
from rollout.guard.rules import RULES
from rollout.plans.read import read_plans
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from sandbox.instance import Sandbox
from sandbox.settings import Settings
from tests.support.mutations import HARM, damaged
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, TRAFFIC, at, rules
from tests.support.real_stacks import Edit, RealStacks, appended, put, put_in

pytestmark = pytest.mark.e2e

STACKS = (PLATFORM, EC2, FARGATE, TRAFFIC)
FARGATE_RECORD = 'resource "aws_route53_record" "fargate" {'
EC2_RECORD = 'resource "aws_route53_record" "ec2" {'


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
) -> Iterator[Plans]:
    """All real plans of this file."""
    made = Plans()
    settings = Settings(wait_for_dns_changes=False)
    with Sandbox(environments["sandbox"], settings=settings) as sandbox:
        stacks = RealStacks(sandbox, tmp_path_factory.mktemp("real"), SERVICE)
        _walk_to_canary(stacks, made)
        _good_changes(stacks, made)
        _bad_changes(stacks, made)
        _walk_to_the_end(stacks, made)
    yield made


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
    _keep(stacks, made, "unchanged", *stacks.plan_all("unchanged", *STACKS))


def _good_changes(stacks: RealStacks, made: Plans) -> None:
    release = {"TF_VAR_application_image_tag": "2-release"}
    for stack in (EC2, FARGATE):
        _keep(stacks, made, "release", stacks.plan("release", stack, variables=release))
    narrowed = put('"ecr:BatchCheckLayerAvailability",', "")
    _keep(stacks, made, "narrowed", stacks.plan("narrowed", FARGATE, edit=narrowed))
    cipher = put("ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06")
    _keep(stacks, made, "cipher", stacks.plan("cipher", EC2, edit=cipher))
    stacks.synthesise(Stage.CANARY, _tasks(peak=3))
    _keep(stacks, made, "more tasks", stacks.plan("more tasks", EC2))
    _keep(stacks, made, "more tasks", stacks.plan("more tasks", FARGATE))
    stacks.synthesise(Stage.CANARY, put("min_instances = 2", "min_instances = 3"))
    _keep(stacks, made, "more instances", stacks.plan("more instances", PLATFORM))
    stacks.synthesise(Stage.READY)
    _keep(stacks, made, "rollback", stacks.plan("rollback", TRAFFIC))
    stacks.synthesise(Stage.QUARTER)
    _keep(stacks, made, "quarter", stacks.plan("quarter", TRAFFIC))


def _tasks(*, peak: int) -> Edit:
    here = f'[services.{SERVICE}]\nstage = "canary"\ntasks = {{ min = 1, peak = 2 }}'
    return put(here, here.replace("peak = 2", f"peak = {peak}"))


HCL = {
    "keeps-names-answered": (
        TRAFFIC,
        put(FARGATE_RECORD, FARGATE_RECORD.replace("fargate", "renamed")),
    ),
    "keeps-what-carries-traffic": (EC2, put(f"sandbox-{SERVICE}-lb-tg", "sandbox-renamed-tg")),
    "keeps-the-way-to-its-tasks": (EC2, put('path                = "/healthcheck"', 'path = "/"')),
    "matches-the-stage": (TRAFFIC, put_in(FARGATE_RECORD, "weight = 5", "weight = 6")),
    "changes-only-weights": (
        TRAFFIC,
        put_in(EC2_RECORD, "evaluate_target_health = true", "evaluate_target_health = false"),
    ),
    "evaluates-target-health": (
        TRAFFIC,
        put_in(FARGATE_RECORD, "evaluate_target_health = true", "evaluate_target_health = false"),
    ),
    "knows-every-weight": (
        TRAFFIC,
        lambda text: appended('resource "terraform_data" "weight" {\n  input = 25\n}')(
            put_in(FARGATE_RECORD, "weight = 5", "weight = terraform_data.weight.output")(text)
        ),
    ),
    "never-weighs-all-zero": (
        TRAFFIC,
        lambda text: text.replace("weight = 95", "weight = 0").replace("weight = 5", "weight = 0"),
    ),
    "keeps-one-routing-policy": (
        TRAFFIC,
        lambda text: put_in(FARGATE_RECORD, "weight = 5", 'region = "eu-west-1"')(
            put_in(FARGATE_RECORD, "weighted_routing_policy", "latency_routing_policy")(text)
        ),
    ),
    "leads-to-its-own-load-balancer": (
        TRAFFIC,
        lambda text: text.replace("data.aws_lb.fargate_alb.", "data.aws_lb.ec2_alb."),
    ),
    "moves-one-service": (
        TRAFFIC,
        lambda text: appended(
            'resource "aws_route53_record" "other" {\n'
            '  name    = "ledger.sandbox.pymnt.internal"\n'
            '  type    = "A"\n'
            "  zone_id = data.aws_route53_zone.zone.zone_id\n"
            "  alias {\n"
            "    evaluate_target_health = true\n"
            "    name                   = data.aws_lb.ec2_alb.dns_name\n"
            "    zone_id                = data.aws_lb.ec2_alb.zone_id\n"
            "  }\n}"
        )(text),
    ),
    "leaves-the-existing-estate": (
        FARGATE,
        appended(
            'resource "aws_security_group" "open" {\n'
            '  name   = "open"\n'
            "  vpc_id = data.aws_vpc.vpc.id\n}"
        ),
    ),
    "writes-no-secret-in-plain-text": (
        FARGATE,
        put(
            '{ name = "PORT", value = "8080" },',
            '{ name = "DB_PASSWORD", value = "hunter2" },\n{ name = "PORT", value = "8080" },',
        ),
    ),
    "widens-no-iam-statement": (
        FARGATE,
        put('["ecr:GetAuthorizationToken"]', '["ecr:*"]'),
    ),
}
"""Rule -> the stack and the change to its HCL that the rule refuses."""


def _bad_changes(stacks: RealStacks, made: Plans) -> None:
    stacks.synthesise(Stage.CANARY)
    for rule, (stack, edit) in HCL.items():
        _keep(stacks, made, rule, stacks.plan(rule, stack, "-refresh=false", edit=edit))
    moving = {"TF_VAR_application_image_tag": "main"}
    _keep(stacks, made, "pins-every-image", stacks.plan("pins-every-image", EC2, variables=moving))
    targeted = "-target=aws_route53_record.ec2"
    _keep(stacks, made, "plans-everything", stacks.plan("plans-everything", TRAFFIC, targeted))
    stacks.synthesise(Stage.CANARY, _tasks(peak=1))
    _keep(stacks, made, "keeps-desired-count", stacks.plan("keeps-desired-count", EC2))
    _keep(stacks, made, "keeps-fargate-at-peak", stacks.plan("keeps-fargate-at-peak", FARGATE))
    stacks.synthesise(Stage.CANARY, put("min_instances = 2", "min_instances = 1"))
    _keep(stacks, made, "keeps-ec2-capacity", stacks.plan("keeps-ec2-capacity", PLATFORM))
    stacks.synthesise(Stage.HALF)
    _keep(stacks, made, "takes-one-step", stacks.plan("takes-one-step", TRAFFIC))
    stacks.synthesise(Stage.QUARTER)
    label = "moves-records-apart-from-capacity"
    _keep(stacks, made, label, stacks.plan(label, TRAFFIC))
    edit = HCL["keeps-what-carries-traffic"][1]
    _keep(stacks, made, label, stacks.plan(label, EC2, edit=edit))
    with _somebody_changes_the_weights(stacks.sandbox, 80, 20):
        for rule in ("has-no-drift", "starts-from-the-stage-before"):
            _keep(stacks, made, rule, stacks.plan(rule, TRAFFIC))


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
    stacks.synthesise(Stage.DETACHED)
    files = stacks.plan_all("to detached", EC2, FARGATE, TRAFFIC, apply=True)
    _keep(stacks, made, "to detached", *files)
    stacks.synthesise(Stage.CUTOVER)
    files = stacks.plan_all("back to cutover", EC2, FARGATE, TRAFFIC)
    _keep(stacks, made, "back to cutover", *files)
    stacks.synthesise(Stage.RETIRED)
    files = stacks.plan_all("to retired", EC2, FARGATE, TRAFFIC)
    _keep(stacks, made, "to retired", *files)


GOOD = {
    "keeps-names-answered": "to detached",
    "keeps-what-carries-traffic": "to retired",
    "keeps-the-way-to-its-tasks": "cipher",
    "matches-the-stage": "quarter",
    "starts-from-the-stage-before": "canary",
    "takes-one-step": "rollback",
    "changes-only-weights": "ready",
    "knows-every-weight": "quarter",
    "never-weighs-all-zero": "soak to ready",
    "keeps-one-routing-policy": "ready",
    "evaluates-target-health": "back to cutover",
    "leads-to-its-own-load-balancer": "ready",
    "moves-one-service": "quarter",
    "moves-records-apart-from-capacity": "to detached",
    "keeps-ec2-capacity": "more instances",
    "keeps-fargate-at-peak": "more tasks",
    "keeps-desired-count": "more tasks",
    "leaves-the-existing-estate": "unchanged",
    "has-no-drift": "unchanged",
    "plans-everything": "quarter",
    "writes-no-secret-in-plain-text": "release",
    "pins-every-image": "release",
    "widens-no-iam-statement": "narrowed",
}
"""Rule -> a real change that it looks at and lets pass."""

WALK = ("platform", "dark", "ready", "canary", "quarter", "to detached", "to retired")


@pytest.mark.parametrize("rule", RULES)
def test_refuses_the_bad_change(plans: Plans, rule: str) -> None:
    assert rule in rules(judge(plans.context(rule)))


@pytest.mark.parametrize("rule", RULES)
def test_lets_the_good_change_pass(plans: Plans, rule: str) -> None:
    assert judge(plans.context(GOOD[rule])).refused == ()


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


@pytest.mark.parametrize("label", ["quarter", "release", "narrowed", "more tasks"])
@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_never_lets_harm_pass_in_a_real_plan(plans: Plans, label: str, data: st.DataObject) -> None:
    context = plans.context(label)
    document = json.loads(data.draw(st.sampled_from(context.plans)).path.read_text())
    harmed = copy.deepcopy(document)
    harm = data.draw(st.sampled_from(sorted(HARM)))
    where = data.draw(st.integers(0, len(harmed["resource_changes"])))
    harmed["resource_changes"].insert(where, HARM[harm]())
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
