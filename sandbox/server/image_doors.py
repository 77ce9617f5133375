"""Doors for the effects of build pipelines, scans and passing days on images.

    POST /_sandbox/images     {"account": "555555555555", "region": "eu-west-1",
                               "tags": {"govukpay/connector": ["3-release"]}}

It answers the digest of each `repository:tag`.

    POST /_sandbox/findings   {"account": ..., "region": ..., "repository": "govukpay/connector",
                               "digest": "sha256:...", "findings": [{"severity": "HIGH", ...}]}

    POST /_sandbox/expire     {"account": ..., "region": ...}

It answers the digests that the lifecycle policies of the registry delete now.
"""

from typing import Any


def put_images(body: Any) -> dict[str, str]:
    """Push an image for each tag that is missing; the repositories must exist."""
    from sandbox.estate.images import INDEX, MANIFEST, made_image

    backend = _registry(body)
    digests = {}
    for name, tags in body["tags"].items():
        repository = backend.repositories[name]
        for tag in tags:
            image = made_image(name, tag)
            digests[f"{name}:{tag}"] = image.digest
            if any(tag in each.image_tags for each in repository.images):
                continue
            from sandbox.aws.ecr.ecr import put_blob

            for blob in image.blobs.values():
                put_blob(repository, blob)
            for manifest in image.manifests.values():
                backend.put_image(name, manifest.decode(), None, MANIFEST)
            backend.put_image(name, image.index.decode(), tag, INDEX)
    return digests


def put_findings(body: Any) -> dict[str, str]:
    from sandbox.aws.ecr.findings import FINDINGS

    arn = _registry(body).repositories[body["repository"]].arn
    FINDINGS[arn, body["digest"]] = body["findings"]
    return {}


def expire(body: Any) -> list[str]:
    from sandbox.aws.clock import CLOCK
    from sandbox.aws.ecr.ecr import expire as expire_now

    registry = _registry(body)
    now = CLOCK.moment()
    return [digest for each in registry.repositories.values() for digest in expire_now(each, now)]


def _registry(body: Any) -> Any:
    from sandbox import aws

    aws.load("ecr")
    from moto.ecr.models import ecr_backends

    return ecr_backends[body["account"]][body["region"]]
