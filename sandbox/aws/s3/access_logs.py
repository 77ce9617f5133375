"""S3: permission to write the access logs of a bucket into another.

moto 5.2 accepts a policy only if it names exactly this prefix, and not in a list.
"""

import json
from fnmatch import fnmatchcase

from moto.s3.models import FakeBucket

from sandbox.aws.patching import replaces

_LOGGING = "logging.s3.amazonaws.com"


def _members(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _may_log(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Return whether the bucket's policy lets S3 write below the prefix (S3 user guide, "Enabling
    Amazon S3 server access logging").
    """
    log = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log"
    return any(
        each.get("Effect") == "Allow"
        and isinstance(each.get("Principal"), dict)
        and _LOGGING in _members(each["Principal"].get("Service"))
        and "s3:PutObject" in _members(each.get("Action"))
        and any(fnmatchcase(log, resource) for resource in _members(each.get("Resource")))
        for each in json.loads(target_bucket.policy or b"{}").get("Statement", [])
    )


replaces(FakeBucket, "_log_permissions_enabled_policy")(staticmethod(_may_log))
