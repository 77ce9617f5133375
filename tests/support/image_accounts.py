"""A sandbox with the registries of several accounts, and what its build pipeline has pushed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from pay.catalogue import IMAGES
from pay.iam.document import policy_document
from pay.model.rights.tasks import pulls_images
from rollout.releases.record import Release, ReleaseVerdict, append_release
from sandbox.estate.images import push
from sandbox.server.process import Server

TEST, STAGING, PRODUCTION = "333333333333", "222222222222", "111111111111"
REGION = "eu-west-1"
ROLES = {account: f"arn:aws:iam::{account}:role/copies-images" for account in (STAGING, PRODUCTION)}
"""The roles that copy releases into an account, as the environment files name them."""


@dataclass(frozen=True)
class ImageAccounts:
    """The sandbox, whose own account is TEST."""

    server: Server

    def variables(self, account: str = TEST) -> Mapping[str, str]:
        """Return the variables of a shell that is logged in to an account, as the copying role."""
        variables = self.server.variables()
        if account == TEST:
            return variables
        role = self.server.client("sts").assume_role(
            RoleArn=ROLES[account], RoleSessionName="copy"
        )["Credentials"]
        return variables | {
            "AWS_ACCESS_KEY_ID": role["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": role["SecretAccessKey"],
            "AWS_SESSION_TOKEN": role["SessionToken"],
        }

    def client(self, account: str = TEST, service: str = "ecr") -> Any:
        """Return a client with the rights of an account."""
        variables = self.variables(account)
        return boto3.client(
            service,
            endpoint_url=self.server.endpoint,
            region_name=REGION,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=variables.get("AWS_SESSION_TOKEN"),
        )

    def make_repositories(self, account: str, pulled_by: str | None = None) -> None:
        """Create the repositories that a registry stack makes."""
        ecr = self.client(account)
        for image in IMAGES.values():
            name = image.repository
            ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
            if pulled_by:
                policy = policy_document(pulls_images([pulled_by]))
                ecr.set_repository_policy(repositoryName=name, policyText=policy)

    def push(self, image: str, *tags: str, account: str = TEST) -> str:
        """Push an image for each tag; return the digest of the last."""
        repository = IMAGES[image].repository
        pushed = push(self.server.endpoint, {repository: tags}, account_id=account, region=REGION)
        return pushed[f"{repository}:{tags[-1]}"]

    def digest(self, image: str, tag: str, account: str) -> str | None:
        """Return the digest of a tag in an account's registry."""
        details = self.client(account).describe_images(repositoryName=IMAGES[image].repository)
        tagged = (e for e in details["imageDetails"] if tag in e.get("imageTags", ()))
        return next((str(each["imageDigest"]) for each in tagged), None)

    def find(self, image: str, digest: str, findings: Iterable[Mapping[str, Any]]) -> None:
        """Let the scan of an image of one architecture find something."""
        body = {
            "account": TEST,
            "region": REGION,
            "repository": IMAGES[image].repository,
            "digest": digest,
            "findings": list(findings),
        }
        self.server.administer("findings", method="POST", body=body)


def record(
    folder: Path,
    environment: str,
    service: str,
    number: int,
    digests: Mapping[str, str],
    verdict: ReleaseVerdict = ReleaseVerdict.GOOD,
    patch: str | None = None,
) -> None:
    """Write a line about a release of a service, or about the `patch` of its sidecar."""
    line = Release(
        at=datetime.now(UTC).replace(microsecond=0),
        by="test",
        release=number,
        digests=digests,
        verdict=verdict,
        patch=patch,
        plans="0" * 64,
    )
    append_release(folder, environment, service, line)
