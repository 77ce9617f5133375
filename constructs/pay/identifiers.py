"""Ids of AWS and of registries. Terraform takes the same regular expressions."""

import hashlib

ACCOUNT_ID = "[0-9]{12}"
"""AWS: account management reference guide, "View AWS account identifiers"."""

DIGEST_PREFIX = "sha256:"
DIGEST = f"{DIGEST_PREFIX}[0-9a-f]{{64}}"
"""Of an image (OCI image specification, "Digests")."""


def digest_of(content: bytes) -> str:
    """Return the digest of a manifest or a layer."""
    return f"{DIGEST_PREFIX}{hashlib.sha256(content).hexdigest()}"


def account_of(text: str) -> str | None:
    """Return the account in an ARN; empty for an ARN without one, as a bucket's.

    None: the text has fewer parts.
    """
    parts = text.split(":", 5)
    return parts[4] if len(parts) == 6 else None
