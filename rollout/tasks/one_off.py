"""Starts a one-off task on Fargate, follows it, and reads how it ended.

AWS: ECS API reference, `RunTask`, `DescribeTasks` and "Ensuring idempotency".
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pay.model import Environment, Microservice, Side, names
from rollout.aws.clients import Client, items
from rollout.aws.polling import Clock
from rollout.aws.task_definitions import container_definitions
from rollout.terminal.refusal import Failed, Finding, Refused

CLOCK = Clock(poll_seconds=3)
REPORT_SECONDS = 60.0
"""The seconds between two reports of a task that only runs on."""
LOG_LINES = 20
APPEARS_SECONDS = 60.0
"""The time for which a task may not be listed after its start. ECS answers by what it knew a moment
before. Source: ECS API reference, `RunTask`, "eventual consistency".
"""

Report = Callable[[str], None]
"""Takes a line about what a task does at the moment."""


@dataclass(frozen=True)
class EndedTask:
    """The end of a task."""

    task: str
    """Its ARN."""
    container: str
    """The container whose exit code counts. Those beside it only keep it company."""
    exit_code: int | None
    """None: the container never ran, or ECS does not know."""
    reason: str
    """The reason why the task stopped, in ECS's words."""
    log_lines: tuple[str, ...] = ()
    """The container's last lines, read when it failed."""

    @property
    def is_good(self) -> bool:
        return self.exit_code == 0

    @property
    def in_words(self) -> str:
        if self.exit_code is None:
            return f"{self.container} did not run to its end: {self.reason}"
        return f"{self.container} ended with exit code {self.exit_code} ({self.reason})"


@dataclass(frozen=True)
class Runner:
    """The Fargate cluster of an environment."""

    environment: Environment
    client: Client
    report: Report
    clock: Clock = field(default_factory=lambda: CLOCK)

    @property
    def cluster(self) -> str:
        return names.cluster(self.environment.name, Side.FARGATE)

    def network_of(self, service: Microservice) -> dict[str, Any]:
        """Return the network of a service's tasks. Raises Refused without all of it."""
        segment = service.scope.segment
        groups = names.task_security_groups(self.environment.name, service.name, segment)
        return self.network(service.name, groups)

    def network(self, subnet_group: str, groups: Sequence[str]) -> dict[str, Any]:
        """Return the network with the subnets of a group, and the security groups of these names.

        Raises Refused without all of it.
        """
        ec2, environment = self.client("ec2"), self.environment
        vpc = {"Name": "tag:Name", "Values": [environment.network.vpc]}
        vpcs = [each["VpcId"] for each in ec2.describe_vpcs(Filters=[vpc])["Vpcs"]]
        in_vpc = {"Name": "vpc-id", "Values": vpcs or ["none"]}
        subnets = [
            names.subnet(environment.name, subnet_group, zone) for zone in environment.network.zones
        ]
        named = {"Name": "tag:Name", "Values": subnets}
        of_groups = {"Name": "group-name", "Values": list(groups)}
        ids = {
            "subnets": [
                each["SubnetId"]
                for each in ec2.describe_subnets(Filters=[in_vpc, named])["Subnets"]
            ],
            "securityGroups": [
                each["GroupId"]
                for each in ec2.describe_security_groups(Filters=[in_vpc, of_groups])[
                    "SecurityGroups"
                ]
            ],
        }
        wanted = {"subnets": subnets, "securityGroups": list(groups)}
        missing = [
            Finding(
                "network",
                f"{len(ids[key])} of {len(each)} {key} are in the VPC {environment.network.vpc}: "
                f"{', '.join(each)}",
                "check their names there",
            )
            for key, each in wanted.items()
            if len(ids[key]) != len(each)
        ]
        if missing:
            raise Refused(f"starting a task in the network of {subnet_group}", missing)
        return {"awsvpcConfiguration": {**ids, "assignPublicIp": "DISABLED"}}

    def known(self, family: str, started_by: str) -> list[Mapping[str, Any]]:
        """Return the tasks of a family that were started under this name and that ECS still knows,
        the newest first. It forgets a stopped one after an hour.
        """
        ecs = self.client("ecs")
        arns = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in items(
                ecs,
                "list_tasks",
                "taskArns",
                cluster=self.cluster,
                family=family,
                desiredStatus=status,
            )
        ]
        tasks = [
            task
            for first in range(0, len(arns), 100)
            for task in self._described(arns[first : first + 100])
            if task.get("startedBy") == started_by
        ]
        return sorted(tasks, key=lambda task: task["createdAt"], reverse=True)

    def start(
        self,
        revision: str,
        *,
        network: Mapping[str, Any],
        started_by: str,
        token: str,
        overrides: Mapping[str, Any] | None = None,
    ) -> str:
        """Start one task and return its ARN; the same token starts no second one.

        Raises Failed when ECS starts none, botocore's ClientError when it refuses.
        """
        answer = self.client("ecs").run_task(
            cluster=self.cluster,
            taskDefinition=revision,
            launchType="FARGATE",
            count=1,
            networkConfiguration=network,
            startedBy=started_by,
            clientToken=token,
            enableECSManagedTags=True,
            propagateTags="TASK_DEFINITION",
            **({"overrides": overrides} if overrides else {}),
        )
        for failure in answer["failures"]:
            raise Failed(
                f"ECS started no task of {revision}: {failure.get('reason')} "
                f"{failure.get('detail', '')}".strip()
                + ". Run the command again."
            )
        return str(answer["tasks"][0]["taskArn"])

    def follow(
        self, task: str, container: str, look: Callable[[], None] = lambda: None
    ) -> EndedTask:
        """Wait until a task has stopped, however long that takes, and return how it ended. `look`
        is called each time before its state is read.

        Raises Failed when ECS forgets it.
        """
        began, reported, last = self.clock.seconds(), 0.0, ""
        described: list[Mapping[str, Any]] = []
        for _ in self.clock.looks(math.inf):
            look()
            described, passed = [*self._described([task])], self.clock.seconds() - began
            if not described:
                if last or passed >= APPEARS_SECONDS:
                    raise Failed(f"ECS no longer knows the task {task}. Read its log for its end.")
                continue
            status = described[0]["lastStatus"]
            if status != last or passed - reported >= REPORT_SECONDS:
                last, reported = status, passed
                self.report(f"{_id(task)}: {status.lower()}, {_shown(passed)}")
            if status == "STOPPED":
                break
        return self._ended(described[0], container)

    def _described(self, tasks: list[str]) -> Iterator[Mapping[str, Any]]:
        if tasks:
            answer = self.client("ecs").describe_tasks(cluster=self.cluster, tasks=tasks)
            yield from answer["tasks"]

    def _ended(self, task: Mapping[str, Any], container: str) -> EndedTask:
        own: Mapping[str, Any] = next(
            (each for each in task["containers"] if each["name"] == container), {}
        )
        exit_code = own.get("exitCode")
        reasons = (task.get("stoppedReason"), own.get("reason"))
        return EndedTask(
            task=task["taskArn"],
            container=container,
            exit_code=exit_code,
            reason="; ".join(each for each in reasons if each) or "ECS gives no reason",
            log_lines=() if exit_code == 0 else self._log_lines(task, container),
        )

    def _log_lines(self, task: Mapping[str, Any], container: str) -> tuple[str, ...]:
        """Return the container's last lines; none where it wrote nothing."""
        logs = self.client("logs")
        for each in container_definitions(self.client("ecs"), task["taskDefinitionArn"]):
            options = each.log_options
            if each.name == container and "awslogs-group" in options:
                prefix = options["awslogs-stream-prefix"]
                try:
                    events = logs.get_log_events(
                        logGroupName=options["awslogs-group"],
                        logStreamName=f"{prefix}/{container}/{_id(task['taskArn'])}",
                        limit=LOG_LINES,
                        startFromHead=False,
                    )["events"]
                except logs.exceptions.ResourceNotFoundException:
                    return ()
                return tuple(event["message"] for event in events)
        return ()


def _id(task: str) -> str:
    return task.rpartition("/")[2]


def _shown(seconds: float) -> str:
    passed = timedelta(seconds=int(seconds))
    return f"{passed} so far"
