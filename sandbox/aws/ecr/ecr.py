"""ECR: true digests, what is missing in a push, tags that do not move, and what expires.

Where moto 5.2 differs from AWS:
- It computes digests of its own.
- It keeps no content of layers.
- It accepts an index without its images.
- It refuses to move the tag of an immutable repository with another error.
- It knows one account only.

Source: AWS, ECR API reference, of each operation.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import (
    ImageAlreadyExistsException,
    InvalidParameterException,
    LifecyclePolicyNotFoundException,
)
from moto.ecr.models import ECRBackend, Image, Repository, ecr_backends
from moto.ecr.responses import ECRResponse

from pay.identifiers import digest_of
from sandbox.aws.clock import CLOCK
from sandbox.aws.ecr import findings as ecr_findings
from sandbox.aws.ecr.access import require
from sandbox.aws.ecr.lifecycle import StoredImage, expired
from sandbox.aws.iam.callers import CALLERS, Caller
from sandbox.aws.patching import Original, adds, extends, replaces

TOKEN_LIFE = timedelta(hours=12)
"""API reference, `GetAuthorizationToken`."""


class ImageTagAlreadyExistsException(ServiceException):
    code = "ImageTagAlreadyExistsException"


class LayersNotFoundException(ServiceException):
    code = "LayersNotFoundException"


class ReferencedImagesNotFoundException(ServiceException):
    code = "ReferencedImagesNotFoundException"


class ImageDigestDoesNotMatchException(ServiceException):
    code = "ImageDigestDoesNotMatchException"


def blobs_of(repository: Repository) -> dict[str, bytes]:
    """Return the layers and configurations of a repository, by their digests."""
    blobs: dict[str, bytes] = repository.__dict__.setdefault("blobs", {})
    return blobs


def put_blob(repository: Repository, content: bytes) -> str:
    """Keep a layer or a configuration, and return its digest."""
    digest = digest_of(content)
    blobs_of(repository)[digest] = content
    repository.layers[digest] = len(content)
    return digest


@replaces(Image)
def _create_digest(self: Image) -> None:
    self._image_digest = digest_of(self.image_manifest.encode())


@replaces(Image)
def get_image_size_in_bytes(self: Image) -> int:
    """Return the size of its layers; an index has none of its own."""
    manifest = json.loads(self.image_manifest)
    return sum(layer.get("size", 0) for layer in manifest.get("layers", ()))


@extends(ECRBackend)
def complete_layer_upload(
    self: ECRBackend,
    complete: Original,
    repository_name: str,
    upload_id: str,
    *words: Any,
    **more: Any,
) -> Any:
    repository = self._get_repository(repository_name)
    upload = repository.uploads.get(upload_id)
    content = bytes(upload.layer_parts) if upload else b""
    answer = complete(self, repository_name, upload_id, *words, **more)
    put_blob(repository, content)
    return answer


@replaces(ECRBackend)
def put_image(
    self: ECRBackend,
    repository_name: str,
    image_manifest: str,
    image_tag: str | None,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Image:
    repository = self._get_repository(repository_name)
    try:
        manifest = json.loads(image_manifest)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON "
            "syntax'"
        )
    actual = digest_of(image_manifest.encode())
    if digest not in (None, actual):
        raise ImageDigestDoesNotMatchException(
            f"The image digest provided does not match the calculated digest {actual}"
        )
    media_type = image_manifest_mediatype or manifest.get("mediaType")
    if media_type is None:
        raise InvalidParameterException(
            "image manifest mediatype not provided in manifest or parameter"
        )
    _require_its_parts(repository, manifest)
    known = {each.image_digest: each for each in repository.images}
    tagged = next((each for each in repository.images if image_tag in each.image_tags), None)
    image = known.get(actual)
    if image is not None and (image_tag is None or image is tagged):
        raise ImageAlreadyExistsException(
            repository_name, repository.registry_id, actual, image_tag or "null"
        )
    if tagged is not None and image_tag is not None:
        if repository.is_tag_immutable():
            raise ImageTagAlreadyExistsException(
                f"The image tag '{image_tag}' already exists in the '{repository_name}' "
                "repository and cannot be overwritten because the tag is immutable."
            )
        _untag(tagged, image_tag)
    if image is None:
        # moto's annotations know no image without a tag.
        tag: Any = image_tag
        image = Image(self.account_id, tag, image_manifest, repository_name, media_type, actual)
        image.image_pushed_at = int(CLOCK.seconds())
        repository.images.append(image)
    elif image_tag is not None:
        image.update_tag(image_tag)
    return image


def _untag(image: Image, tag: str) -> None:
    """Remove a tag from an image; the image stays."""
    image.image_tags.remove(tag)
    last: Any = image.image_tags[-1] if image.image_tags else None
    image.image_tag = last


def _require_its_parts(repository: Repository, manifest: Mapping[str, Any]) -> None:
    """Raise for an index that leads to images that are not there, and for missing layers."""
    there = {each.image_digest for each in repository.images}
    if missing := [each for each in _children(manifest) if each not in there]:
        raise ReferencedImagesNotFoundException(
            f"The manifest list is referencing images that do not exist: {', '.join(missing)}"
        )
    parts = [*([manifest["config"]] if "config" in manifest else []), *manifest.get("layers", ())]
    if missing := [each["digest"] for each in parts if each["digest"] not in repository.layers]:
        raise LayersNotFoundException(
            f"Layers with digests '[{', '.join(missing)}]' required for pushing image into "
            f"repository with name '{repository.name}' in the registry with id "
            f"'{repository.registry_id}' do not exist"
        )


def _children(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield from (each["digest"] for each in manifest.get("manifests", ()))


@extends(ECRBackend)
def batch_delete_image(
    self: ECRBackend,
    delete: Original,
    repository_name: str,
    registry_id: str | None = None,
    image_ids: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """Keep what an index leads to (API reference, `ImageFailure`)."""
    repository = self._get_repository(repository_name)
    stored = stored_images(repository)
    needed = frozenset[str]().union(*(each.children for each in stored))
    refused = [each for each in image_ids if each.get("imageDigest") in needed]
    others = [each for each in image_ids if each not in refused]
    answer: dict[str, Any] = {"imageIds": [], "failures": []}
    if others:
        answer = delete(self, repository_name, registry_id, others)
    answer["failures"] += [
        {
            "imageId": each,
            "failureCode": "ImageReferencedByManifestList",
            "failureReason": "Requested image referenced by manifest list",
        }
        for each in refused
    ]
    return answer


def stored_images(repository: Repository) -> list[StoredImage]:
    """Return a repository's images in the form that lifecycle rules read."""
    return [
        StoredImage(
            each.image_digest,
            frozenset(each.image_tags),
            datetime.fromtimestamp(each.image_pushed_at, UTC),
            frozenset(_children(json.loads(each.image_manifest))),
        )
        for each in repository.images
    ]


def expire(repository: Repository, now: datetime) -> list[str]:
    """Delete what the lifecycle policy expires, as AWS does within a day; return its digests."""
    rules = json.loads(repository.lifecycle_policy or '{"rules": []}')["rules"]
    expiring = expired(rules, stored_images(repository), now)
    repository.images[:] = [each for each in repository.images if each.image_digest not in expiring]
    return list(expiring)


def _registry(self: ECRResponse) -> ECRBackend:
    """Return the registry of the call, if its repository allows the caller."""
    registry_id = self._get_param("registryId") or self.current_account
    backend: ECRBackend = ecr_backends[registry_id][self.region]
    caller = CALLERS.get(self.get_access_key()) or Caller(self.current_account, "")
    require(backend, caller, f"ecr:{self._get_action()}", self._get_param("repositoryName"))
    return backend


replaces(ECRResponse, "ecr_backend")(property(_registry))  # type: ignore[type-var]


@replaces(ECRResponse)
def get_authorization_token(self: ECRResponse) -> ActionResult:
    """Return the caller as the token.

    AWS's token also holds the caller, and is valid for every registry that the caller may use.
    """
    caller = CALLERS.get(self.get_access_key()) or Caller(self.current_account, "")
    password = b64encode(json.dumps([caller.account_id, caller.role_arn]).encode()).decode()
    registries = self._get_param("registryIds") or [self.current_account]
    return ActionResult(
        {
            "authorizationData": [
                {
                    "authorizationToken": b64encode(f"AWS:{password}".encode()).decode(),
                    "expiresAt": CLOCK.moment() + TOKEN_LIFE,
                    "proxyEndpoint": f"https://{each}.dkr.ecr.{self.region}.amazonaws.com",
                }
                for each in registries
            ]
        }
    )


@replaces(ECRResponse)
def describe_image_scan_findings(self: ECRResponse) -> ActionResult:
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    image_id = self._get_param("imageId")
    image = repository._get_image(image_id.get("imageTag"), image_id.get("imageDigest"))
    scan_type = self.ecr_backend.registry_scanning_configuration["scanType"]
    return ActionResult(ecr_findings.answer(repository, image, scan_type))


@adds(ECRResponse)
def start_lifecycle_policy_preview(self: ECRResponse) -> ActionResult:
    return ActionResult(_preview(self, "IN_PROGRESS"))


@adds(ECRResponse)
def get_lifecycle_policy_preview(self: ECRResponse) -> ActionResult:
    preview = _preview(self, "COMPLETE")
    repository = self.ecr_backend._get_repository(preview["repositoryName"])
    rules = json.loads(preview["lifecyclePolicyText"])["rules"]
    by_digest = {each.image_digest: each for each in repository.images}
    expiring = expired(rules, stored_images(repository), CLOCK.moment())
    results = [
        {
            "imageTags": by_digest[digest].image_tags,
            "imageDigest": digest,
            "imagePushedAt": by_digest[digest].image_pushed_at,
            "action": {"type": "EXPIRE"},
            "appliedRulePriority": priority,
        }
        for digest, priority in expiring.items()
    ]
    summary = {"expiringImageTotalCount": len(results)}
    return ActionResult({**preview, "previewResults": results, "summary": summary})


def _preview(response: ECRResponse, status: str) -> dict[str, Any]:
    name = response._get_param("repositoryName")
    repository = response.ecr_backend._get_repository(name)
    text = response._get_param("lifecyclePolicyText") or repository.lifecycle_policy
    if not text:
        raise LifecyclePolicyNotFoundException(name, repository.registry_id)
    return {
        "registryId": repository.registry_id,
        "repositoryName": name,
        "lifecyclePolicyText": text,
        "status": status,
    }
