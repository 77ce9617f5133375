"""Findings of Amazon Inspector in images; the sandbox scans none.

A door of the server puts findings (`sandbox/server/image_doors.py`). Source: AWS, ECR API
reference, `DescribeImageScanFindings`, `EnhancedImageScanFinding`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from moto.ecr.exceptions import ScanNotFoundException
from moto.ecr.models import Image, Repository

Findings = Sequence[Mapping[str, Any]]

FINDINGS: dict[tuple[str, str], Findings] = {}
"""ARN of a repository and digest of an image -> findings, as the API has them."""


def answer(repository: Repository, image: Image, scan_type: str) -> dict[str, Any]:
    """Return what the API answers. An index is not scanned, but the images that it leads to are."""
    digest = image.image_digest
    if scan_type != "ENHANCED" or "manifests" in json.loads(image.image_manifest):
        raise ScanNotFoundException(
            image_id=f"{{imageDigest:'{digest}', imageTag:'null'}}",
            repository_name=repository.name,
            registry_id=repository.registry_id,
        )
    findings = FINDINGS.get((repository.arn, digest), ())
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": digest},
        "imageScanStatus": {"status": "ACTIVE", "description": "Continuous scan is selected."},
        "imageScanFindings": {
            "enhancedFindings": findings,
            "findingSeverityCounts": Counter(each["severity"] for each in findings),
        },
    }
