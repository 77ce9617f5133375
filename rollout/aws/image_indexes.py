"""Reads the index of an image in ECR: its images for one architecture each (OCI image
specification, "Image Index").
"""

import json
from collections.abc import Mapping
from typing import Any


def images_of_index(ecr: Any, repository: str, digest: str) -> Mapping[str, str]:
    """Return digest -> architecture, such as `arm64`, of the images in an index.

    Return none for an image that is not an index, or is missing.

    Raises botocore's ClientError when ECR does not answer.
    """
    answer = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    return {
        each["digest"]: each.get("platform", {}).get("architecture", "")
        for image in answer["images"]
        for each in json.loads(image["imageManifest"]).get("manifests", ())
    }
