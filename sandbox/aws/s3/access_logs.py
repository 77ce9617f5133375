"""S3: permission to write the access logs of a bucket into another.

moto 5.2 accepts a policy only if it names exactly this prefix, and not in a list.
"""

from moto.s3.models import FakeBucket

from sandbox.aws.iam.policies import is_allowed
from sandbox.aws.patching import replaces

_LOGGING = ("Service", "logging.s3.amazonaws.com")


def _may_log(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Return whether the bucket's policy lets S3 write below the prefix (S3 user guide, "Enabling
    Amazon S3 server access logging"). moto does not say for which bucket.
    """
    log = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log"
    return is_allowed([target_bucket.policy], "s3:PutObject", by=[_LOGGING], on=log)


replaces(FakeBucket, "_log_permissions_enabled_policy")(staticmethod(_may_log))
