"""Images with true digests: an index over one image for each architecture, from their name alone.

They cannot be started. The same repository and tag give the same bytes in every sandbox, so an
environment's file can pin their digest. Source: OCI image specification, "Image Index" and "Image
Manifest".
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from pay.catalogue.images import ImageKind, images_of
from pay.containers.releases import release_tag
from pay.identifiers import digest_of
from pay.model.environment.images import Pin
from pay.model.environment.instance_types import Architecture
from sandbox.estate.estate_builder import Owner

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

OCI_NAMES = {Architecture.ARM64: "arm64", Architecture.X86_64: "amd64"}
"""The names of architectures in an index (Go: `GOARCH`)."""

BUILT = "2026-11-20T06:00:00Z"

OLD_RELEASE = "0-legacy"
"""The release that runs in a sandbox before the first deploy."""

SEEDED_TAGS = (OLD_RELEASE, "1-sandbox", "1-release", "2-release")
"""The tags of services in a new sandbox.

The first runs, `sandbox.variables` deploys the second, and the others are releases to deploy."""


@dataclass(frozen=True)
class MadeImage:
    """An index and all that it leads to, by digest."""

    index: bytes
    manifests: Mapping[str, bytes]
    """Of one architecture each."""
    blobs: Mapping[str, bytes]
    """Configurations and layers."""

    @property
    def digest(self) -> str:
        return digest_of(self.index)


@lru_cache(maxsize=1000)
def made_image(repository: str, tag: str) -> MadeImage:
    """Return the image of a tag; another tag gives another image."""
    blobs: dict[str, bytes] = {}
    manifests: dict[str, bytes] = {}
    entries = []
    for architecture in OCI_NAMES.values():
        layer = gzip.compress(f"{repository} {tag} {architecture}\n".encode(), mtime=0)
        configuration = _json(
            {"architecture": architecture, "os": "linux", "created": BUILT, "history": [tag]}
        )
        parts = (_described(CONFIG, configuration, blobs), _described(LAYER, layer, blobs))
        manifest = _json(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": parts[0], "layers": [parts[1]]}
        )
        entry = _described(MANIFEST, manifest, manifests)
        entries.append(entry | {"platform": {"architecture": architecture, "os": "linux"}})
    index = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return MadeImage(index, manifests, blobs)


def _described(media_type: str, content: bytes, kept: dict[str, bytes]) -> dict[str, Any]:
    """Keep a content, and return its descriptor (OCI image specification, "Descriptors")."""
    digest = digest_of(content)
    kept[digest] = content
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def make_images(owner: Owner) -> None:
    """Create the repositories as they were made by hand, with the images that run."""
    images = images_of(owner.services).values()
    for image in images:
        settings = {"repositoryName": image.repository, "imageTagMutability": "IMMUTABLE"}
        owner.create("ecr", "create_repository", **settings)
    if owner.environment.registry is None:
        filters = [{"filter": "*", "filterType": "WILDCARD"}]
        rule = {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": filters}
        owner.client("ecr").put_registry_scanning_configuration(scanType="ENHANCED", rules=[rule])
    pins = owner.environment.sidecars
    push(
        owner.client("ecr").meta.endpoint_url,
        {
            image.repository: [
                *(_releases_of_a_pin(pins[image.name]) if image.name in pins else []),
                *(SEEDED_TAGS if image.kind is not ImageKind.SIDECAR else SEEDED_TAGS[:2]),
            ]
            for image in images
        },
        account_id=owner.environment.account_id,
        region=owner.environment.region,
    )


def _releases_of_a_pin(pin: Pin) -> list[str]:
    """Return the tag of the pinned release, and of the next one, which no file pins yet."""
    return [release_tag(pin.release), release_tag(pin.release + 1)]


def push(
    endpoint: str, tags: Mapping[str, Iterable[str]], *, account_id: str, region: str
) -> dict[str, str]:
    """Put images into repositories of a sandbox by its door, as a build pipeline would.

    `tags`: repository -> tags, each an image of its own. Returns `repository:tag` -> digest.
    """
    body = {"account": account_id, "region": region, "tags": {k: list(v) for k, v in tags.items()}}
    request = Request(f"{endpoint}/_sandbox/images", data=json.dumps(body).encode(), method="POST")
    with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
        digests: dict[str, str] = json.load(answer)
        return digests
