"""Canary artefacts must be encrypted with a customer managed key.

The artefact bucket holds screenshots and network traces of payment pages.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_synthetics_canary")
def judge(canary: Block) -> list[str]:
    path = "artifact_config", "s3_encryption"
    problems = []
    if (mode := canary.value(*path, "encryption_mode")) != "SSE_KMS":
        problems.append(f"artifact_config.s3_encryption.encryption_mode is {mode!r}, not 'SSE_KMS'")
    if not canary.value(*path, "kms_key_arn"):
        problems.append("artifact_config.s3_encryption.kms_key_arn is missing")
    return problems
