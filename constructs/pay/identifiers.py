"""How AWS and registries spell what they number: regular expressions, for Terraform as well."""

ACCOUNT_ID = "[0-9]{12}"
"""AWS: account management reference guide, "View AWS account identifiers"."""

DIGEST_PREFIX = "sha256:"
DIGEST = f"{DIGEST_PREFIX}[0-9a-f]{{64}}"
"""Of an image (OCI image specification, "Digests")."""
