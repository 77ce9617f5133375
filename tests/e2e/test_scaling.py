"""The scaling of a Fargate side by the real Terraform against the sandbox: a day and a night, an
event, changed numbers, a rollback. Its neighbours are made by hand.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Side, Stage, TaskCount
from pay.model.environment.scaling import Event
from pay.model.side import ServiceSide
from pay.model.stacks import side_stack
from rollout.scaling.due import register_due
from sandbox.instance import Sandbox
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SERVICE = "toolbox"
STACK = side_stack("sandbox", SERVICE, Side.FARGATE)
RESOURCE = f"service/sandbox-fargate/{SERVICE}"
PLACE = {"ServiceNamespace": "ecs", "ResourceIds": [RESOURCE]}

TASKS = TaskCount(min=3, peak=4, night=1)
EVENT = Event.model_validate(
    {
        "name": "budget",
        "from": "2027-06-02T20:00:00",
        "to": "2027-06-02T23:00:00",
        "services": [SERVICE],
        "min": 6,
    }
)


def with_tasks(
    environment: Environment, tasks: TaskCount, stage: Stage, *events: Event
) -> Environment:
    deployment = environment.services[SERVICE].model_copy(update={"tasks": tasks, "stage": stage})
    services = {**environment.services, SERVICE: deployment}
    return environment.model_copy(update={"services": services, "events": events})


@dataclass(frozen=True)
class Scaled:
    """The scaling of one side in a sandbox."""

    environment: Environment
    sandbox: Sandbox
    terraform: Terraform
    folder: Path

    def write(self, tasks: TaskCount, stage: Stage, *events: Event) -> ServiceSide:
        """Write the scaling of the side's own stack, as its file says."""
        environment = with_tasks(self.environment, tasks, stage, *events)
        app = HclApp(
            ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json"),
            outdir=self.folder / "out",
        )
        for planned in planned_stacks({environment.name: environment}, patterns=[STACK]):
            add_stack(app, planned)
        app.synth()
        stack = json.loads((self.folder / "out" / "stacks" / STACK / "metadata.json").read_text())
        scaling = {
            type: resources
            for type, resources in stack["resource"].items()
            if type.startswith("aws_appautoscaling_")
        }
        for resource in scaling["aws_appautoscaling_target"].values():
            resource.pop("depends_on", None)
        written = {
            "provider": stack["provider"],
            "terraform": {"required_providers": stack["terraform"]["required_providers"]},
            "resource": scaling,
        }
        (self.folder / "main.tf.json").write_text(json.dumps(written))
        return ServiceSide(CATALOGUE[SERVICE], environment, Side.FARGATE)

    def run(self, *command: str) -> str:
        return self.terraform.run(self.folder, *command, "-no-color")

    def apply(self) -> None:
        self.run("apply", "-input=false", "-auto-approve")

    def is_planned_empty(self) -> bool:
        return "No changes." in self.run("plan", "-input=false")

    def tick_to(self, moment: str) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        self.sandbox.server.administer("clock", method="POST", body={"now": now})
        self.sandbox.client("sts").get_caller_identity()

    def register(self, side: ServiceSide, moment: str) -> list[str]:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        return [str(each) for each in register_due(self.sandbox.client, [side], now)]

    @property
    def bounds(self) -> tuple[int, int]:
        scaling = self.sandbox.client("application-autoscaling")
        [target] = scaling.describe_scalable_targets(**PLACE)["ScalableTargets"]
        return target["MinCapacity"], target["MaxCapacity"]

    @property
    def actions(self) -> set[str]:
        scaling = self.sandbox.client("application-autoscaling")
        found = scaling.describe_scheduled_actions(ServiceNamespace="ecs", ResourceId=RESOURCE)
        return {
            each["ScheduledActionName"].removeprefix(f"sandbox-fargate-{SERVICE}-")
            for each in found["ScheduledActions"]
        }

    @property
    def count(self) -> int:
        ecs = self.sandbox.client("ecs")
        [service] = ecs.describe_services(cluster="sandbox-fargate", services=[SERVICE])["services"]
        return int(service["desiredCount"])


@pytest.fixture(scope="module")
def scaled(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scaled]:
    environment = environments["sandbox"]
    with Sandbox(environment, neighbours=True) as sandbox:
        _make_service(sandbox)
        made = Scaled(
            environment,
            sandbox,
            Terraform("terraform", sandbox.environment_variables),
            tmp_path_factory.mktemp("scaling"),
        )
        made.tick_to("2027-06-01T11:00:00")
        made.write(TASKS, Stage.RETIRED)
        made.run("init", "-input=false")
        yield made


def _make_service(sandbox: Sandbox) -> None:
    ecs, ec2 = sandbox.client("ecs"), sandbox.client("ec2")
    role = sandbox.client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument="{}")
    subnet = ec2.describe_subnets()["Subnets"][0]
    [group, *_] = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["SecurityGroups"]
    ecs.register_task_definition(
        family="small",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=role["Role"]["Arn"],
        containerDefinitions=[{"name": "web", "image": "alpine:1", "essential": True}],
    )
    network = {"subnets": [subnet["SubnetId"]], "securityGroups": [group["GroupId"]]}
    ecs.create_service(
        cluster="sandbox-fargate",
        serviceName=SERVICE,
        taskDefinition="small",
        launchType="FARGATE",
        desiredCount=TASKS.peak,
        networkConfiguration={"awsvpcConfiguration": network},
    )


def test_a_day_and_a_night_leave_the_plan_empty(scaled: Scaled) -> None:
    scaled.apply()
    assert scaled.actions == {"day", "night"}
    assert (scaled.bounds, scaled.is_planned_empty()) == ((3, 8), True)
    scaled.tick_to("2027-06-01T21:30:00")
    assert (scaled.bounds, scaled.is_planned_empty()) == ((1, 8), True)
    scaled.tick_to("2027-06-02T04:46:00")
    assert (scaled.bounds, scaled.is_planned_empty()) == ((3, 8), True)


def test_an_event_raises_the_tasks_over_the_night_and_leaves_the_plan_empty(
    scaled: Scaled,
) -> None:
    scaled.write(TASKS, Stage.RETIRED, EVENT)
    scaled.apply()
    for moment, least in (
        ("2027-06-02T19:01:00", 6),
        ("2027-06-02T21:02:00", 6),
        ("2027-06-02T22:01:00", 1),
    ):
        scaled.tick_to(moment)
        assert scaled.bounds == (least, 8)
        assert scaled.count >= least
    assert scaled.is_planned_empty()


def test_changed_numbers_reach_aws_with_the_deploy(scaled: Scaled) -> None:
    """The maximum by Terraform, the minimum that is due by what `pay apply` does after it."""
    scaled.tick_to("2027-06-03T12:00:00")
    side = scaled.write(TaskCount(min=4, peak=4, night=2, max=9), Stage.RETIRED)
    scaled.apply()
    assert scaled.bounds == (3, 9)
    assert scaled.register(side, "2027-06-03T12:00:00") == [
        "toolbox: at least 4 tasks instead of 3"
    ]
    assert scaled.bounds == (4, 9)
    assert scaled.register(side, "2027-06-03T12:00:00") == []
    scaled.tick_to("2027-06-03T21:01:00")
    assert (scaled.bounds, scaled.is_planned_empty()) == ((2, 9), True)
    assert scaled.actions == {"day", "night"}


def test_a_rollback_holds_the_peak_again_without_a_schedule(scaled: Scaled) -> None:
    scaled.write(TASKS, Stage.CUTOVER)
    scaled.apply()
    assert (scaled.bounds, scaled.actions) == ((4, 8), set())
    scaled.tick_to("2027-06-04T21:30:00")
    assert (scaled.bounds, scaled.is_planned_empty()) == ((4, 8), True)
    assert scaled.count >= TASKS.peak
