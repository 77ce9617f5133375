"""`pay migrate` against a sandbox: once per release, in its order, resumed after a kill."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Microservice, Side, names
from pay.model.service.migrations import Contraction, Migrations
from rollout.aws.polling import Clock
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import free, new_lock, take
from rollout.locks.lock import LockPlace
from rollout.tasks import one_off
from rollout.tasks.migrations import migrate, no_way_back, running_releases
from rollout.tasks.one_off import Runner
from rollout.tasks.record import MigrationRun, append_run, read_runs
from rollout.terminal.refusal import Failed, Refused
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.rollout.conftest import LOCKS
from tests.support.checkout import Pay, PayJson
from tests.support.warm_sandboxes import empty_sandbox

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LEDGER = CATALOGUE["ledger"]
FAMILY = "sandbox_ledger-migration"
CALL = "ledger-expunge"


@pytest.fixture(scope="module")
def server(environments: Mapping[str, Environment]) -> Iterator[Server]:
    """Return a server with ledger's network and an EC2 side that runs release 7."""
    environment = environments["sandbox"]
    with empty_sandbox(SandboxSettings(account_id=environment.account_id)) as started:
        ec2, ecs = started.client("ec2"), started.client("ecs")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": environment.network.vpc}])
        for index, zone in enumerate(environment.network.zones):
            subnet = ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=zone
            )["Subnet"]["SubnetId"]
            name = names.subnet(environment.name, LEDGER.name, zone)
            ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": name}])
        for group in names.task_security_groups(
            environment.name, LEDGER.name, LEDGER.scope.segment
        ):
            ec2.create_security_group(GroupName=group, Description=group, VpcId=vpc)
        started.client("s3").create_bucket(
            Bucket=LOCKS, CreateBucketConfiguration={"LocationConstraint": environment.region}
        )
        for side in Side:
            ecs.create_cluster(clusterName=names.cluster(environment.name, side))
        started.client("logs").create_log_group(logGroupName="sandbox_app_ledger")
        definition = register(started, "sandbox_ledger", "7-release", ["EC2"], "bridge")
        ecs.create_service(
            cluster="sandbox-ec2",
            serviceName=LEDGER.name,
            taskDefinition=definition,
            desiredCount=0,
        )
        yield started


def register(
    server: Server,
    family: str,
    tag: str,
    launch_types: list[str] = ["FARGATE"],  # noqa: B006
    network: str = "awsvpc",
) -> str:
    log = {
        "awslogs-group": "sandbox_app_ledger",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "migration",
    }
    registered = server.client("ecs").register_task_definition(
        family=family,
        requiresCompatibilities=launch_types,
        networkMode=network,
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": LEDGER.name,
                "image": f"registry/govukpay/ledger:{tag}",
                "essential": True,
                "memory": 256,
                "logConfiguration": {"logDriver": "awslogs", "options": log},
            },
            {"name": "nginx", "image": "nginx:1", "essential": False, "memory": 128},
        ],
    )
    return str(registered["taskDefinition"]["taskDefinitionArn"])


class Stop(Exception):
    """Stands for a kill."""


@pytest.fixture
def run(
    server: Server, environments: Mapping[str, Environment], tmp_path: Path
) -> Callable[..., Any]:
    """Return a function that runs ledger's migration of a release."""

    def migrated(
        release: int, *, service: Microservice = LEDGER, kill: bool = False, **more: Any
    ) -> Any:
        def report(line: str) -> None:
            if kill and "pending" in line:
                raise Stop

        runner = Runner(environments["sandbox"], server.client, report, Clock(poll_seconds=0))
        return migrate(service, release, runner=runner, folder=tmp_path, now=NOW, **more)

    return migrated


@pytest.fixture
def outcome(server: Server) -> Iterator[Callable[..., None]]:
    """Return a function that says how migrations end."""

    def say(**values: Any) -> None:
        server.administer("tasks", method="POST", body=[{"family": FAMILY, **values}])

    yield say
    server.administer("tasks", method="POST", body=[])


def started(server: Server, release: int) -> list[str]:
    """Return the tasks that were started for a release."""
    ecs = server.client("ecs")
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks(cluster="sandbox-fargate", desiredStatus=status)["taskArns"]
    ]
    tasks = ecs.describe_tasks(cluster="sandbox-fargate", tasks=arns)["tasks"] if arns else []
    return [t["taskArn"] for t in tasks if t["startedBy"] == f"migrate/ledger/{release}"]


def test_it_runs_once_and_a_sidecars_exit_code_does_not_count(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None], tmp_path: Path
) -> None:
    register(server, FAMILY, "7-release")
    outcome(exits={"nginx": 137})
    first = run(7)
    assert (first.run.exit_code, first.ended.is_good) == (0, True)
    again = run(7)
    assert (again.ended, again.run) == (None, first.run)
    assert len(started(server, 7)) == 1
    assert read_runs(tmp_path, "sandbox", "ledger") == (first.run,)


def test_a_failure_shows_the_last_lines_and_the_next_call_starts_a_new_task(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None], tmp_path: Path
) -> None:
    register(server, FAMILY, "8-release")
    outcome(exits={"ledger": 1}, logs=["Waiting for changelog lock", "Migration failed"])
    failed = run(8, deploying=True)
    assert failed.ended.log_lines == ("Waiting for changelog lock", "Migration failed")
    assert failed.ended.in_words == (
        "ledger ended with exit code 1 (Essential container in task exited)"
    )
    outcome()
    assert run(8, deploying=True).run.is_good
    assert len(started(server, 8)) == 2
    assert [each.exit_code for each in read_runs(tmp_path, "sandbox", "ledger")] == [1, 0]


def test_a_killed_call_is_resumed(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None]
) -> None:
    register(server, FAMILY, "9-release")
    outcome()
    with pytest.raises(Stop):
        run(9, deploying=True, kill=True)
    assert run(9, deploying=True).run.is_good
    assert len(started(server, 9)) == 1


def test_a_task_that_never_started_is_a_failure_with_ecs_reason(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None]
) -> None:
    register(server, FAMILY, "10-release")
    outcome(fails_to_start="CannotPullContainerError: not found")
    ended = run(10, deploying=True).ended
    assert ended.exit_code is None
    assert "CannotPullContainerError" in ended.in_words


def test_no_capacity_fails_and_records_nothing(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None], tmp_path: Path
) -> None:
    register(server, FAMILY, "11-release")
    outcome(no_capacity=True)
    with pytest.raises(Failed, match="Capacity is unavailable"):
        run(11, deploying=True)
    assert read_runs(tmp_path, "sandbox", "ledger") == ()


@pytest.mark.parametrize(
    ("migrations", "release", "gates"),
    [
        (Migrations.NONE, 7, ["migrations"]),
        (Migrations.AFTER, 6, ["order", "revision"]),
        (Migrations.BEFORE, 6, ["order", "revision"]),
        (Migrations.BEFORE, 99, ["revision"]),
        (Migrations.AFTER, 99, ["order", "revision"]),
    ],
)
def test_refuses(
    run: Callable[..., Any], migrations: Migrations, release: int, gates: list[str]
) -> None:
    service = LEDGER.model_copy(update={"migrations": migrations})
    with pytest.raises(Refused) as refused:
        run(release, service=service)
    assert [finding.gate for finding in refused.value.findings] == gates


def test_a_migration_that_runs_before_its_release_may_run(
    run: Callable[..., Any], server: Server, outcome: Callable[..., None]
) -> None:
    register(server, FAMILY, "12-release")
    outcome()
    service = LEDGER.model_copy(update={"migrations": Migrations.BEFORE})
    assert run(12, service=service).run.is_good


@pytest.mark.parametrize(
    ("ran", "running", "to", "is_refused"),
    [
        ([20], 21, 19, True),
        ([20], 20, 19, True),
        ([20], 21, 20, False),
        ([], 21, 19, False),
        ([20], 19, 18, False),
    ],
)
def test_no_rollback_passes_a_migration_that_took_something_away(
    ran: list[int],
    running: int,
    to: int,
    is_refused: bool,
    environments: Mapping[str, Environment],
    tmp_path: Path,
) -> None:
    contraction = Contraction(release=20, because="drops the column gateway_name")
    service = LEDGER.model_copy(update={"contractions": (contraction,)})
    for release in ran:
        line = MigrationRun(at=NOW, by="a", release=release, task="t", exit_code=0)
        append_run(tmp_path, "sandbox", "ledger", line)
    finding = no_way_back(
        service, running=running, to=to, folder=tmp_path, environment=environments["sandbox"]
    )
    assert (finding is not None) is is_refused
    if finding:
        assert "drops the column gateway_name" in finding.reason


def test_an_image_that_the_registry_has_lost_has_no_number(
    server: Server, environments: Mapping[str, Environment]
) -> None:
    ecs = server.client("ecs")
    service = {"cluster": "sandbox-ec2", "service": LEDGER.name}
    lost = register(server, "sandbox_ledger", f"7@sha256:{'a' * 64}", ["EC2"], "bridge")
    ecs.update_service(**service, taskDefinition=lost)
    assert running_releases(LEDGER, environments["sandbox"], server.client) == {Side.EC2: None}
    again = register(server, "sandbox_ledger", "7-release", ["EC2"], "bridge")
    ecs.update_service(**service, taskDefinition=again)
    assert running_releases(LEDGER, environments["sandbox"], server.client) == {Side.EC2: 7}


def test_each_line_of_the_record_can_be_read_again(tmp_path: Path) -> None:
    failed = MigrationRun(at=NOW, by="a", release=3, task="t", because="Essential container")
    append_run(tmp_path, "sandbox", "ledger", failed)
    assert read_runs(tmp_path, "sandbox", "ledger") == (failed,)
    line = (tmp_path / "migrations" / "sandbox" / "ledger.jsonl").read_text()
    assert json.loads(line)["at"] == "2026-11-20T09:30:00Z"


def test_the_command_says_what_ran_and_fails_with_the_last_lines(
    pay: Pay,
    pay_json: PayJson,
    server: Server,
    outcome: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in server.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(one_off, "CLOCK", Clock(poll_seconds=0))
    bucket = LockBucket(server.client("s3"), LockPlace("sandbox", LOCKS))
    other = take(bucket, new_lock("pay deploy sandbox ledger 30", "somebody else"))
    for command in (("migrate", "sandbox", "ledger", "7"), ("task", "run", "sandbox", CALL)):
        locked_out = pay(*command)
        assert locked_out.exit_code == 1
        assert "somebody else has it for `pay deploy sandbox ledger 30`" in locked_out.stderr
    free(bucket, other)
    refused = pay("migrate", "sandbox", "cardid", "7")
    assert refused.exit_code == 1
    assert "its `migrations` is none" in refused.stderr
    register(server, FAMILY, "30-release")
    server.client("ecs").update_service(
        cluster="sandbox-ec2",
        service=LEDGER.name,
        taskDefinition=register(server, "sandbox_ledger", "30-release", ["EC2"], "bridge"),
    )
    outcome(exits={"ledger": 1}, logs=["Migration failed: lock"])
    failed = pay("migrate", "sandbox", "ledger", "30")
    assert failed.exit_code == 1
    assert "exit code 1" in failed.stdout
    assert "Migration failed: lock" in failed.stdout
    outcome()
    code, answer = pay_json("migrate", "sandbox", "ledger", "30")
    assert (code, answer["has_run"], answer["started_now"]) == (0, True, True)
    again = pay("migrate", "sandbox", "ledger", "30")
    assert (again.exit_code, "has run already" in again.stdout) == (0, True)
    assert "there is no schedule" in pay("task", "run", "sandbox", CALL).stderr
    assert bucket.read() is None
    code, listed = pay_json("task", "list", "sandbox")
    assert (code, {each["state"] for each in listed["calls"]}) == (1, {"missing"})
