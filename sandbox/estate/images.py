"""Images in the sandbox's registry: an index for each, without layers, which nothing pulls."""

import hashlib
import json
from contextlib import suppress
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
"""OCI image specification, "Image Index"."""


def push_image(ecr: Any, repository: str, tag: str) -> str:
    """Push an image of its own for a tag, if the repository lacks it; return its digest."""
    annotations = {"org.opencontainers.image.version": tag, "repository": repository}
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": annotations}
    )
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    with suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(
            repositoryName=repository,
            imageManifest=manifest,
            imageManifestMediaType=INDEX,
            imageTag=tag,
            imageDigest=digest,
        )
    return digest
