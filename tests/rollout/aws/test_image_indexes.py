"""The images in an index, as ECR answers."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from rollout.aws.image_indexes import images_of_index

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("manifest", "images"),
    [
        (
            {
                "manifests": [
                    {"digest": "sha256:b", "platform": {"architecture": "arm64"}},
                    {"digest": "sha256:c"},
                ]
            },
            {"sha256:b": "arm64", "sha256:c": ""},
        ),
        ({"layers": []}, {}),
        (None, {}),
    ],
)
def test_reads_the_architecture_of_each_image(
    manifest: Mapping[str, Any] | None, images: Mapping[str, str]
) -> None:
    ecr = boto3.client("ecr", region_name="eu-west-1")
    answer = [] if manifest is None else [{"imageManifest": json.dumps(manifest)}]
    asked = {"repositoryName": "govukpay/connector", "imageIds": [{"imageDigest": DIGEST}]}
    with Stubber(ecr) as stub:
        stub.add_response("batch_get_image", {"images": answer}, asked)
        assert images_of_index(ecr, "govukpay/connector", DIGEST) == images
