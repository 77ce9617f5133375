"""ECR in the sandbox: pushes and pulls as AWS answers them, over its API and over `/v2/`."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pay.iam.document import policy_document
from pay.model.rights.tasks import pulls_images
from rollout.images.registry import Manifest, Repository
from rollout.terminal.refusal import Failed
from sandbox.estate.images import INDEX, MANIFEST, made_image, push
from sandbox.server.process import Server
from tests.support import aws_cli

Client = Callable[[str], Any]
ACCOUNT, REGION = "222222222222", "eu-west-1"
NEXT = "111111111111"
COPIES = f"arn:aws:iam::{NEXT}:role/copies-images"


@pytest.fixture
def repository(client: Client, unique: str) -> str:
    name = f"govukpay/{unique}"
    client("ecr").create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    return name


@pytest.fixture
def pushed(server: Server, repository: str) -> str:
    """Return the digest of the first release."""
    return release(server, repository, "1-release")


def release(server: Server, repository: str, tag: str) -> str:
    digests = push(server.endpoint, {repository: [tag]}, account_id=ACCOUNT, region=REGION)
    return digests[f"{repository}:{tag}"]


def registry(ecr: Any, repository: str, account: str = ACCOUNT) -> Repository:
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    host = f"{account}.dkr.ecr.{REGION}.amazonaws.com"
    return Repository(host, repository, token, ecr.meta.endpoint_url)


def other_account(client: Client, server: Server, role: str = COPIES) -> Any:
    """Return a client of ECR with the credentials of a role in another account."""
    role_of = client("sts").assume_role(RoleArn=role, RoleSessionName="copy")["Credentials"]
    return boto3.client(
        "ecr",
        endpoint_url=server.endpoint,
        region_name=REGION,
        aws_access_key_id=role_of["AccessKeyId"],
        aws_secret_access_key=role_of["SecretAccessKey"],
        aws_session_token=role_of["SessionToken"],
    )


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_digest_is_that_of_the_bytes(client: Client, repository: str, pushed: str) -> None:
    ecr = client("ecr")
    [image] = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "1-release"}])[
        "images"
    ]
    text = image["imageManifest"]
    assert image["imageId"]["imageDigest"] == f"sha256:{sha256(text.encode()).hexdigest()}"
    assert image["imageId"]["imageDigest"] == pushed == made_image(repository, "1-release").digest
    children = {each["digest"] for each in json.loads(text)["manifests"]}
    stored = {
        each["imageDigest"] for each in ecr.list_images(repositoryName=repository)["imageIds"]
    }
    assert stored == {pushed, *children}


def test_refuses_what_lacks_its_parts(client: Client, repository: str) -> None:
    """An index without its images, and an image without its layers."""
    made = made_image(repository, "1-release")
    ecr = client("ecr")
    with pytest.raises(ClientError) as refused:
        ecr.put_image(
            repositoryName=repository, imageManifest=made.index.decode(), imageTag="1-release"
        )
    assert code(refused) == "ReferencedImagesNotFoundException"
    child = next(iter(made.manifests.values()))
    with pytest.raises(ClientError) as refused:
        ecr.put_image(repositoryName=repository, imageManifest=child.decode())
    assert code(refused) == "LayersNotFoundException"


def test_a_tag_never_moves(client: Client, server: Server, repository: str, pushed: str) -> None:
    other = release(server, repository, "2-release")
    ecr = client("ecr")
    manifests = {
        image["imageId"]["imageDigest"]: image["imageManifest"]
        for image in ecr.batch_get_image(
            repositoryName=repository,
            imageIds=[{"imageDigest": pushed}, {"imageDigest": other}],
        )["images"]
    }
    for digest, error in (
        (other, "ImageTagAlreadyExistsException"),
        (pushed, "ImageAlreadyExistsException"),
    ):
        with pytest.raises(ClientError) as refused:
            ecr.put_image(
                repositoryName=repository, imageManifest=manifests[digest], imageTag="1-release"
            )
        assert code(refused) == error


def test_a_moved_tag_leaves_its_image(client: Client, server: Server, unique: str) -> None:
    """In a repository whose tags move the digest of before stays, without a tag."""
    name = f"govukpay/{unique}"
    ecr = client("ecr")
    ecr.create_repository(repositoryName=name, imageTagMutability="MUTABLE")
    first, second = (release(server, name, tag) for tag in ("1-release", "2-release"))
    [image] = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": second}])["images"]
    ecr.put_image(repositoryName=name, imageManifest=image["imageManifest"], imageTag="1-release")
    details = ecr.describe_images(repositoryName=name)["imageDetails"]
    tags = {each["imageDigest"]: each.get("imageTags") for each in details}
    assert tags[first] is None
    assert tags[second] == ["2-release", "1-release"]


def test_the_command_of_the_page_prints_the_digest_of_a_release(
    client: Client, server: Server, block: str, unique: str
) -> None:
    name = f"govukpay/{unique}"
    client("ecr").create_repository(repositoryName=name)
    pushed = release(server, name, "1-release")
    assert aws_cli.run_block(block, client, {"govukpay/load-runner": name}) == [pushed]


def test_keeps_a_repository_with_images_and_the_images_of_an_index(
    client: Client, repository: str, pushed: str
) -> None:
    ecr = client("ecr")
    with pytest.raises(ClientError) as refused:
        ecr.delete_repository(repositoryName=repository)
    assert code(refused) == "RepositoryNotEmptyException"
    child = next(iter(made_image(repository, "1-release").manifests))
    answer = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": child}])
    assert answer["failures"][0]["failureCode"] == "ImageReferencedByManifestList"


def test_previews_what_expires(client: Client, repository: str, pushed: str) -> None:
    ecr = client("ecr")
    policy = json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {
                        "tagStatus": "tagged",
                        "tagPatternList": ["*-release"],
                        "countType": "imageCountMoreThan",
                        "countNumber": 1,
                    },
                    "action": {"type": "expire"},
                }
            ]
        }
    )
    ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=policy)
    assert ecr.start_lifecycle_policy_preview(repositoryName=repository)["status"] == "IN_PROGRESS"
    preview = ecr.get_lifecycle_policy_preview(repositoryName=repository)
    assert (preview["status"], preview["previewResults"]) == ("COMPLETE", [])


def test_another_account_pulls_only_with_the_repositorys_policy(
    client: Client, server: Server, repository: str, pushed: str
) -> None:
    there = other_account(client, server)
    wanted: Any = {
        "registryId": ACCOUNT,
        "repositoryName": repository,
        "imageIds": [{"imageTag": "1-release"}],
    }
    source = registry(there, repository)
    with pytest.raises(ClientError) as refused:
        there.batch_get_image(**wanted)
    assert code(refused) == "AccessDeniedException"
    with pytest.raises(Failed, match=r"DENIED: .*no resource-based policy"):
        source.manifest("1-release")

    client("ecr").set_repository_policy(
        repositoryName=repository, policyText=policy_document(pulls_images([COPIES]))
    )
    [image] = there.batch_get_image(**wanted)["images"]
    assert image["imageId"]["imageDigest"] == pushed
    manifest = source.manifest("1-release")
    assert manifest is not None
    assert manifest.digest == pushed
    # Pulling is all that it may: neither pushing, nor another role of the account.
    with pytest.raises(Failed, match="DENIED"):
        source.put_manifest(manifest, "9-release")
    another = other_account(client, server, f"arn:aws:iam::{NEXT}:role/another")
    with pytest.raises(Failed, match="DENIED"):
        registry(another, repository).manifest("1-release")
    # Its own registry is another one.
    assert there.describe_repositories()["repositories"] == []


def test_the_registry_api_takes_what_it_gave(
    client: Client, server: Server, repository: str, pushed: str, unique: str
) -> None:
    ecr = client("ecr")
    copy = f"govukpay/{unique}-copy"
    ecr.create_repository(repositoryName=copy, imageTagMutability="IMMUTABLE")
    source, target = registry(ecr, repository), registry(ecr, copy)
    index = source.manifest("1-release")
    assert index is not None
    assert index.media_type == INDEX
    with pytest.raises(Failed, match="MANIFEST_BLOB_UNKNOWN"):
        target.put_manifest(index, "1-release")
    for entry in index.document["manifests"]:
        child = source.manifest(entry["digest"])
        assert child is not None
        assert child.media_type == MANIFEST
        for digest in child.blobs:
            target.copy_blob(digest, source)
        target.put_manifest(child, child.digest)
    target.put_manifest(index, "1-release")
    again = target.manifest("1-release")
    assert again == index
    target.put_manifest(index, "1-release")  # Refused by ECR, and right all the same.
    with pytest.raises(Failed, match="TAG_INVALID"):
        target.put_manifest(Manifest(index.content + b"\n", INDEX), "1-release")
    assert target.manifest("2-release") is None


def test_refuses_a_push_whose_bytes_are_others(client: Client, repository: str) -> None:
    target = registry(client("ecr"), repository)
    content = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
    with pytest.raises(Failed, match="DIGEST_INVALID"):
        target.put_manifest(Manifest(content, INDEX), f"sha256:{'0' * 64}")


def test_asks_who_pulls(client: Client, repository: str, pushed: str) -> None:
    known = registry(client("ecr"), repository)
    stranger = Repository(known.host, known.name, "bm9ib2R5", known.endpoint)
    with pytest.raises(Failed, match="UNAUTHORIZED"):
        stranger.manifest("1-release")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("describe_pull_through_cache_rules", {}),
        ("describe_repository_creation_templates", {}),
        ("get_account_setting", {"name": "BASIC_SCAN_TYPE_VERSION"}),
        ("get_download_url_for_layer", {"layerDigest": f"sha256:{'0' * 64}"}),
        ("describe_image_replication_status", {"imageId": {"imageTag": "1-release"}}),
    ],
)
def test_says_at_once_what_it_cannot_do(
    client: Client, repository: str, operation: str, arguments: dict[str, Any]
) -> None:
    """An error of the server would let Terraform's AWS provider try again for minutes."""
    of_a_repository = {"repositoryName": repository} if arguments.keys() - {"name"} else {}
    with pytest.raises(ClientError) as refused:
        getattr(client("ecr"), operation)(**of_a_repository, **arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
