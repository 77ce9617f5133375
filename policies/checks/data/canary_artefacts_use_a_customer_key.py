"""Canary artefacts must be encrypted with a customer managed key.

The artefact bucket holds screenshots and network traces of payment pages.
"""

from policies.engine.rule import rule
from policies.reading.settings import differences, no_customer_key

_PATH = "artifact_config.s3_encryption"

judge = rule("aws_synthetics_canary")(
    lambda canary: (
        differences(canary, {f"{_PATH}.encryption_mode": "SSE_KMS"})
        + no_customer_key(canary, f"{_PATH}.kms_key_arn")
    )
)
