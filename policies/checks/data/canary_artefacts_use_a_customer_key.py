"""The artefacts of canaries are encrypted with a customer managed key.

Screenshots and network traces of a payment page are kept in the artefact bucket.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_synthetics_canary")
def judge(canary: Block) -> list[str]:
    path = "artifact_config", "s3_encryption"
    problems = []
    if (mode := canary.value(*path, "encryption_mode")) != "SSE_KMS":
        problems.append(f"artifact_config.s3_encryption.encryption_mode is {mode!r}")
    if not canary.value(*path, "kms_key_arn"):
        problems.append("artifact_config.s3_encryption.kms_key_arn is missing")
    return problems
