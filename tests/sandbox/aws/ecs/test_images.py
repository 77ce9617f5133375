"""Images of ECS tasks: their digests, and those that cannot be pulled or never become healthy."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.estate.images import push
from sandbox.server.process import Server
from tests.sandbox.aws.balanced import BalancedService

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]
ACCOUNT, REGION = "222222222222", "eu-west-1"
LOOKS = 8
"""More often than the circuit breaker needs to end a deployment."""


@pytest.fixture
def service(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    service = BalancedService(client, unique, subnets, "ip")
    service.listen()
    return service


@pytest.fixture
def released(
    client: Client, server: Server, service: BalancedService
) -> Iterator[Callable[[str], str]]:
    """Push a release and return its digest."""
    repository = f"govukpay/{service.name}"
    client("ecr").create_repository(repositoryName=repository)

    def release(tag: str) -> str:
        digests = push(server.endpoint, {repository: [tag]}, account_id=ACCOUNT, region=REGION)
        return digests[f"{repository}:{tag}"]

    yield release
    server.administer("broken-images", method="POST", body={"digests": []})


def image(service: BalancedService, mark: str) -> str:
    return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/govukpay/{service.name}{mark}"


def runs(service: BalancedService) -> set[str]:
    return {each["imageDigest"] for task in service.tasks for each in task["containers"]}


def stopped_reasons(service: BalancedService) -> set[tuple[str, str]]:
    arns = service.ecs.list_tasks(
        cluster=service.name, serviceName=service.name, desiredStatus="STOPPED"
    )["taskArns"]
    tasks = service.ecs.describe_tasks(cluster=service.name, tasks=arns)["tasks"]
    return {(task["stopCode"], task["stoppedReason"].partition(":")[0]) for task in tasks}


def after_a_deployment(service: BalancedService, mark: str) -> list[dict[str, Any]]:
    """Deploy an image, and return the primary deployments that are seen."""
    revision = service.register("2", image=image(service, mark))
    service.update(taskDefinition=revision)
    return [service.described["deployments"][0] for _ in range(LOOKS)]


def test_a_tag_and_a_digest_run_as_the_digest(
    service: BalancedService, released: Callable[[str], str]
) -> None:
    first, second = released("1-release"), released("2-release")
    service.create()
    after_a_deployment(service, ":1-release")
    assert service.described["runningCount"] == 2
    assert runs(service) == {first}
    after_a_deployment(service, f"@{second}")
    assert runs(service) == {second}


@pytest.mark.parametrize("mark", [":9-release", f"@sha256:{'0' * 64}"])
def test_an_image_that_is_not_there_cannot_be_pulled_and_is_rolled_back(
    service: BalancedService, released: Callable[[str], str], mark: str
) -> None:
    first = released("1-release")
    service.create()
    after_a_deployment(service, ":1-release")
    before = service.described["deployments"][0]["id"]
    seen = after_a_deployment(service, mark)
    assert max(each["failedTasks"] for each in seen) >= 1
    assert (seen[-1]["id"], seen[-1]["rolloutState"]) == (before, "COMPLETED")
    assert runs(service) == {first}
    assert ("TaskFailedToStart", "CannotPullContainerError") in stopped_reasons(service)


def test_a_broken_image_starts_and_never_becomes_healthy(
    service: BalancedService, server: Server, released: Callable[[str], str]
) -> None:
    first, broken = released("1-release"), released("2-release")
    server.administer("broken-images", method="POST", body={"digests": [broken]})
    service.create()
    after_a_deployment(service, ":1-release")
    after_a_deployment(service, ":2-release")
    assert runs(service) == {first}
    reason = ("ServiceSchedulerInitiated", "Task failed container health checks")
    assert reason in stopped_reasons(service)
