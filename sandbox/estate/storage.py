"""Queues, topics, buckets and image repositories."""

from collections.abc import Iterator

from pay.model import names
from sandbox.estate.estate_builder import Owner

MANAGED_KEYS = {"sqs": "alias/aws/sqs", "sns": "alias/aws/sns"}


def make_storage(owner: Owner) -> None:
    """Create what the environment's services name in the catalogue."""
    sqs, sns = owner.client("sqs"), owner.client("sns")
    for queue in sorted({use.name for service in owner.services for use in service.queues}):
        sqs.create_queue(
            QueueName=names.queue(owner.name, queue),
            Attributes={"KmsMasterKeyId": MANAGED_KEYS["sqs"]},
        )
    for topic in sorted({use.name for service in owner.services for use in service.topics}):
        sns.create_topic(
            Name=names.topic(owner.name, topic),
            Attributes={"KmsMasterKeyId": MANAGED_KEYS["sns"]},
        )
    for bucket in sorted(set(_buckets(owner))):
        owner.unless_there(
            lambda bucket=bucket: owner.client("s3").create_bucket(  # type: ignore[misc]
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": owner.environment.region},
            ),
            "BucketAlreadyOwnedByYou",
        )
    for repository in sorted(set(_repositories(owner))):
        owner.unless_there(
            lambda repository=repository: owner.client("ecr").create_repository(  # type: ignore[misc]
                repositoryName=repository, imageTagMutability="IMMUTABLE"
            ),
            "RepositoryAlreadyExistsException",
        )


def _buckets(owner: Owner) -> Iterator[str]:
    yield owner.environment.load_balancers.access_logs_bucket
    if owner.environment.state.bucket:
        yield owner.environment.state.bucket
    for service in owner.services:
        for use in service.buckets:
            yield names.bucket(owner.name, use.name)


def _repositories(owner: Owner) -> Iterator[str]:
    for service in owner.services:
        yield names.repository(service.name)
        for sidecar in service.sidecars:
            yield sidecar.repository
