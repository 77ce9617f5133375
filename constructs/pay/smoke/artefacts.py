"""The bucket for what runs of canaries leave: screenshots, network traces, logs."""

from constructs import Construct

from imports.aws.kms_key import KmsKey
from imports.aws.s3_bucket import S3Bucket
from imports.aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from imports.aws.s3_bucket_logging import S3BucketLoggingA
from imports.aws.s3_bucket_policy import S3BucketPolicy
from imports.aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from imports.aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from imports.aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from pay.iam.document import Statement, policy_document
from pay.model import Environment, names
from pay.platform.keys import encryption_key

KEPT_DAYS = 365
"""Evidence that a payment page worked, or did not, is kept as long as logs (PCI DSS v4.0.1,
10.5.1)."""
KEPT_REPLACED_DAYS = 7
"""No run writes an object twice; a replaced one is kept for the time of an investigation."""


class ArtefactBucket:
    """The bucket: encrypted with its own key, closed to the public, emptied by time."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        name = names.smoke_bucket(environment.name, environment.account_id)
        self.key: KmsKey = encryption_key(
            scope,
            "artefacts",
            environment=environment,
            alias=names.smoke_key_alias(environment.name),
            description=f"Artefacts of the smoke tests of {environment.name}",
            used_by=[],
        )
        self.bucket = S3Bucket(scope, "artefacts", bucket=name, force_destroy=False)
        S3BucketPublicAccessBlock(
            scope,
            "artefacts_public_access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketServerSideEncryptionConfigurationA(
            scope,
            "artefacts_encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    bucket_key_enabled=True,
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms", kms_master_key_id=self.key.arn
                        )
                    ),
                )
            ],
        )
        versioning = S3BucketVersioningA(
            scope,
            "artefacts_versioning",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            scope,
            "artefacts_expiry",
            bucket=self.bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=KEPT_DAYS)],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=KEPT_REPLACED_DAYS
                        )
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=1
                        )
                    ],
                )
            ],
            # S3 refuses to expire replaced versions of a bucket that keeps none.
            depends_on=[versioning],
        )
        S3BucketLoggingA(
            scope,
            "artefacts_logging",
            bucket=self.bucket.id,
            target_bucket=environment.load_balancers.access_logs_bucket,
            target_prefix=f"s3/{name}/",
        )
        S3BucketPolicy(
            scope,
            "artefacts_policy",
            bucket=self.bucket.id,
            policy=policy_document(_tls_only(name)),
        )


def _tls_only(bucket: str) -> Statement:
    """Refuse plain HTTP (PCI DSS v4.0.1, 4.2.1)."""
    arn = f"arn:aws:s3:::{bucket}"
    return Statement(
        "RefusePlainHttp",
        ["s3:*"],
        [arn, f"{arn}/*"],
        principal={"AWS": "*"},
        conditions={"Bool": {"aws:SecureTransport": "false"}},
        effect="Deny",
    )
