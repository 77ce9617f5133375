"""The encryption of repositories, which ECR never changes. Another one would replace the repository
and delete every image. Source: hashicorp/aws 5.100, `encryption_configuration` of
`aws_ecr_repository`.
"""

from collections.abc import Iterator

from pay.catalogue import IMAGES
from pay.model import Environment
from rollout.aws.clients import Client, items

AES256 = "AES256"


def repository_encryption(environment: Environment, client: Client) -> Iterator[tuple[str, str]]:
    """Yield each repository of the catalogue that exists, with `AES256` or the ARN of its key.
    Yields nothing for an account whose repositories no stack takes over.

    Raises botocore's ClientError when AWS does not answer.
    """
    if environment.registry is None:
        return
    known = {image.repository for image in IMAGES.values()}
    for each in items(client("ecr"), "describe_repositories", "repositories"):
        if each["repositoryName"] in known:
            configuration = each.get("encryptionConfiguration", {})
            yield each["repositoryName"], configuration.get("kmsKey") or AES256
