"""Ids of AWS and of registries. Terraform takes the same regular expressions."""

import hashlib

ACCOUNT_ID = "[0-9]{12}"
"""AWS: account management reference guide, "View AWS account identifiers"."""

SECRET_ARN = "arn:aws[a-z-]*:secretsmanager:[^:]*:[^:]*:secret:"
PARAMETER_ARN = "arn:aws[a-z-]*:ssm:[^:]*:[^:]*:parameter/"
"""Up to the name. Region and account may be wildcards or expressions. AWS: service authorization
reference, "Resource types defined by AWS Secrets Manager", and the same of Systems Manager."""

DIGEST_PREFIX = "sha256:"
DIGEST = f"{DIGEST_PREFIX}[0-9a-f]{{64}}"
"""Of an image (OCI image specification, "Digests")."""


def digest_of(content: bytes) -> str:
    """Return the digest of a manifest or a layer."""
    return f"{DIGEST_PREFIX}{hashlib.sha256(content).hexdigest()}"


def arn_of(aws_service: str, region: str, account_id: str, resource: str) -> str:
    """Return the ARN of a resource in a region of an account."""
    return f"arn:aws:{aws_service}:{region}:{account_id}:{resource}"


def account_of(text: str) -> str | None:
    """Return the account in an ARN; empty for an ARN without one, as a bucket's.

    None: the text has fewer parts.
    """
    parts = text.split(":", 5)
    return parts[4] if len(parts) == 6 else None
