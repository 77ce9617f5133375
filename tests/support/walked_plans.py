"""Real plans of one walk of a service: it is at `canary` when the bad changes are planned."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pay.environments.load import load_environments
from pay.model import Environment, Segment, Side, Stage, names
from pay.model.stacks import TASKS, side_stack
from rollout.guard.rule import Context
from rollout.plans.read import read_plans
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.support.edited_stacks import HCL, LONGER, NARROWED, RENAMED
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, TRAFFIC, at
from tests.support.real_stacks import Edit, RealStacks, all_of, put
from tests.support.weekly_changes import WORKER

TASKS_STACK = TASKS.stack_id(ENVIRONMENT)
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


def walk(environment: Environment, folder: Path) -> Plans:
    """Make all plans."""
    made = Plans()
    settings = SandboxSettings(wait_for_dns_changes=False)
    with Sandbox(environment, settings=settings) as sandbox:
        stacks = RealStacks(sandbox, folder, SERVICE, WORKER, PROXY, PUBLIC, TASKS_STACK)
        _walk_to_canary(stacks, made)
        _good_changes(stacks, made)
        _bad_changes(stacks, made)
        _walk_to_the_end(stacks, made)
        stacks.finish()
    return made


DEPLOYED = {FARGATE: "release", EC2: "release", WORKER: "at work", PLATFORM: "more"}
"""Stack -> a plan of it once it is deployed, which weekly changes start from."""


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


def _good_changes(stacks: RealStacks, made: Plans) -> None:
    made.hcl = stacks.copied_to("judged", *DEPLOYED)
    release = {"TF_VAR_application_image_tag": "2-release"}
    for stack, edit in ((EC2, LONGER), (FARGATE, NARROWED)):
        file = stacks.plan("release", stack, edit=edit, variables=release)
        _keep(stacks, made, "release", file)
    _keep(stacks, made, "at work", stacks.plan("at work", WORKER))
    _keep(stacks, made, "tasks", stacks.plan("tasks", TASKS_STACK))
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


BAD = {
    "keeps-names-answered": ("renamed", "aws_route53_record.fargate"),
    "makes-its-scheduled-calls": (
        "another call",
        "aws_scheduler_schedule.expired_charges_sweep_schedule",
    ),
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
    "recreates-no-key": ("deleted key", "aws_kms_key.cde_key"),
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
    "holds-no-secret-in-plain-text": ("spoiled", "aws_security_group.open"),
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
        list(pool.map(plan_edits_of, dict.fromkeys(edited for edited, _ in HCL.values())))
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
    "makes-its-scheduled-calls": "tasks",
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
    "recreates-no-key": "platform",
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
    "holds-no-secret-in-plain-text": "dark",
    "has-no-drift": "more",
    "plans-everything": "quarter",
    "writes-no-secret-in-plain-text": "release",
    "pins-every-image": "release",
    "widens-no-iam-statement": "release",
    "runs-its-own-task-definition": "release",
    "runs-under-its-own-role": "dark",
}
"""Rule -> a real change that it looks at and lets pass."""
