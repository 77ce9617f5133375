"""Lists what an environment runs of every image, with what it pins and what its registry has."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.catalogue.images import Image, images_of
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.containers.images import repository_of, tag_of
from pay.containers.releases import release_number
from pay.model import Environment, Side, names
from pay.model.environment.images import Pin
from pay.model.environment.load import FAMILY
from rollout.aws.clients import Client, asking, items
from rollout.aws.image_indexes import images_of_index
from rollout.aws.task_definitions import container_definitions
from rollout.images.copy import OCI_NAMES
from rollout.images.findings import Vulnerability, vulnerabilities
from rollout.terminal.refusal import Refused

ACTIONS = (
    "ecr:BatchGetImage",
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
)
"""Every call by its IAM action; all of them read."""

SERVICES_A_CALL = 10
"""The most services of one `DescribeServices`. Source: AWS, ECS API reference."""

SIDE_BY_SIDE = 8
"""Calls at the same time."""

_ABSENT = {"ClientException", "ClusterNotFoundException", "RepositoryNotFoundException"}
"""ECS answers ClientException for a family without a revision (ECS API reference,
`DescribeTaskDefinition`)."""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Stored:
    """An image in the registry of the account."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: datetime

    @property
    def pushed(self) -> date:
        return self.pushed_at.date()

    @property
    def release(self) -> int | None:
        return release_number(self.tags)


@dataclass(frozen=True)
class Running:
    """An image that tasks are started from now."""

    reference: str
    """The tag or the digest in the task definition."""
    where: tuple[str, ...]
    """`<service> on <side>`, or `<family> as a task` beside the services, in order."""
    stored: Stored | None
    """None: the registry does not have it any more."""
    vulnerabilities: tuple[Vulnerability, ...] | None = None
    """The findings of a scan of the image of the environment's architecture; None without a scan.
    """

    @property
    def name(self) -> str:
        """Return the number of its release, or what the task definition calls it."""
        return str((self.stored and self.stored.release) or self.reference)


@dataclass(frozen=True)
class ImageLine:
    """One image of the catalogue in one environment."""

    image: Image
    running: tuple[Running, ...]
    pin: Pin | None
    """Only sidecars have one."""
    stored: Mapping[str, Stored] = field(default_factory=dict)
    """Digest -> image in the registry."""

    @property
    def newest(self) -> int | None:
        """Return the highest number of a release in the registry."""
        return max((each.release for each in self.stored.values() if each.release), default=None)

    def newer(self, stored: Stored) -> int:
        """Return how many releases came into the registry after one. Its lifetime counts them."""
        releases = (each for each in self.stored.values() if each.release)
        return sum(each.pushed_at > stored.pushed_at for each in releases)

    @property
    def lacks_its_pin(self) -> bool:
        """Return whether the registry does not have the image that the next deploy starts."""
        return self.pin is not None and self.pin.digest not in self.stored

    def built(self, running: Running) -> date | None:
        """Return the day of a running image: as pinned, or as it came into this registry."""
        if self.pin and running.stored and running.stored.digest == self.pin.digest:
            return self.pin.built
        return running.stored.pushed if running.stored else None


def surveys(
    environments: Iterable[Environment], *, only_here: bool
) -> list[tuple[Environment, tuple[ImageLine, ...]]]:
    """Return what each environment runs; with `only_here` without those of accounts that the shell
    is not logged in to.

    Raises Refused when AWS cannot be asked, or no environment is left.
    """
    surveyed, elsewhere = [], None
    for each in environments:
        try:
            with asking(each) as client:
                surveyed.append((each, survey(each, client)))
        except Refused as refusal:
            if not only_here or [finding.gate for finding in refusal.findings] != ["account"]:
                raise
            elsewhere = refusal
    if elsewhere and not surveyed:
        raise elsewhere
    return surveyed


def survey(environment: Environment, client: Client) -> tuple[ImageLine, ...]:
    """Return a line for each image of the environment's services, sidecars and tasks.

    Raises botocore's ClientError when AWS does not answer.
    """
    services = [CATALOGUE[name] for name in environment.services]
    images = images_of(services)
    ecr = client("ecr")
    stored = _side_by_side(
        lambda image: _stored(ecr, image.repository), {each.name: each for each in images.values()}
    )
    deployed = _deployed(environment, client)
    running = {
        (name, reference): (image, stored[name].get(_digest(stored[name], reference)))
        for name, image in images.items()
        for reference in deployed.get(image.repository, {})
    }
    by_architecture = _side_by_side(
        lambda each: _found(ecr, each[0].repository, each[1], environment), running
    )
    return tuple(
        ImageLine(
            image=image,
            running=tuple(
                Running(
                    reference,
                    tuple(sorted(where)),
                    running[name, reference][1],
                    by_architecture[name, reference],
                )
                for reference, where in sorted(deployed.get(image.repository, {}).items())
            ),
            pin=environment.sidecars.get(name),
            stored=stored[name],
        )
        for name, image in images.items()
    )


def _side_by_side(ask: Callable[[Any], Value], questions: Mapping[Key, Any]) -> dict[Key, Value]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return dict(zip(questions, pool.map(ask, questions.values()), strict=True))


def _stored(ecr: Any, repository: str) -> dict[str, Stored]:
    """Return digest -> image; none without the repository."""
    with_absent = _unless_absent(
        lambda: list(items(ecr, "describe_images", "imageDetails", repositoryName=repository))
    )
    return {
        each["imageDigest"]: Stored(
            each["imageDigest"], tuple(each.get("imageTags", ())), each["imagePushedAt"]
        )
        for each in with_absent
    }


def _digest(stored: Mapping[str, Stored], reference: str) -> str:
    tagged = {tag: each.digest for each in stored.values() for tag in each.tags}
    return tagged.get(reference, reference)


def _found(
    ecr: Any, repository: str, stored: Stored | None, environment: Environment
) -> tuple[Vulnerability, ...] | None:
    """Return what a scan finds in the image that the environment's instances start."""
    if stored is None:
        return None
    wanted = OCI_NAMES[environment.architecture]
    images = images_of_index(ecr, repository, stored.digest)
    own = [digest for digest, architecture in images.items() if architecture == wanted]
    digest = own[-1] if own else stored.digest
    return vulnerabilities(ecr, repository, digest)


def _deployed(environment: Environment, client: Client) -> dict[str, dict[str, set[str]]]:
    """Return repository -> tag or digest -> where tasks with it are started."""
    ecs = client("ecs")
    revisions: dict[str, str] = {}
    for side in Side:
        cluster = names.cluster(environment.name, side)
        for chunk in _chunks(list(environment.services)):
            answer = _unless_absent(
                lambda cluster=cluster, chunk=chunk: ecs.describe_services(  # type: ignore[misc]
                    cluster=cluster, services=chunk
                )["services"]
            )
            revisions |= {
                deployment["taskDefinition"]: f"{each['serviceName']} on {side}"
                for each in answer
                for deployment in each.get("deployments", ())
            }
    revisions |= {family: f"{family} as a task" for family in _families(environment)}
    definitions = _side_by_side(
        lambda named: _unless_absent(lambda: container_definitions(ecs, named)),
        {named: named for named in revisions},
    )
    deployed: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    registry = f"{names.image_registry(environment.account_id, environment.region)}/"
    for named, containers in definitions.items():
        for image in (each.image for each in containers):
            repository = (repository_of(image) or "").removeprefix(registry)
            deployed[repository][tag_of(image)].add(revisions[named])
    return deployed


def _families(environment: Environment) -> list[str]:
    """Return the families of tasks that do not belong to services; schedules and people start their
    newest revision. Migrations are left out. They run once per release.
    """
    tasks = [task.name for task in ONE_OFF_TASKS] if environment.tasks else []
    tasks += [FAMILY] if environment.load else []
    return [names.one_off_task_family(environment.name, task) for task in tasks]


def _chunks(services: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(services), SERVICES_A_CALL):
        yield services[first : first + SERVICES_A_CALL]


def _unless_absent(ask: Callable[[], Iterable[Any]]) -> Iterable[Any]:
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ABSENT:
            raise
        return ()
