"""The smoke tests of an environment: their secret, and the place where its webhooks arrive."""

from pay.model.base import Model
from pay.model.text_types import BucketName, SecretName


class Smoke(Model):
    """Smoke tests by CloudWatch Synthetics; an environment without the table has none."""

    secret_name: SecretName
    """Holds a JSON object: the API token of each provider and the address of a payment link.
    `docs/tasks/smoke-test-a-side.md` lists the keys."""
    webhooks_bucket: BucketName | None = None
    """Exists already: the receiver of webhooks writes each as `webhooks/<environment>/<payment>`.
    Left out: no scenario waits for a webhook."""
