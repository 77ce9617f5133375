"""Queues, topics and buckets."""

from pay.iam.document import Statement, policy_document
from pay.model import names
from sandbox.estate.estate_builder import Owner

MANAGED_KEYS = {"sqs": "alias/aws/sqs", "sns": "alias/aws/sns"}


def make_storage(owner: Owner) -> None:
    """Create what the environment's services name in the catalogue."""
    services, environment = owner.services, owner.environment
    for queue in sorted({use.name for service in services for use in service.queues}):
        owner.client("sqs").create_queue(
            QueueName=names.queue(owner.name, queue),
            Attributes={"KmsMasterKeyId": MANAGED_KEYS["sqs"]},
        )
    for topic in sorted({use.name for service in services for use in service.topics}):
        owner.client("sns").create_topic(
            Name=names.topic(owner.name, topic), Attributes={"KmsMasterKeyId": MANAGED_KEYS["sns"]}
        )
    buckets = {
        names.bucket(owner.name, use.name) for service in services for use in service.buckets
    }
    locks = environment.state.bucket or names.lock_bucket(owner.name)
    webhooks = {environment.smoke.webhooks_bucket} if environment.smoke else set[str]()
    results = {environment.load.bucket} if environment.load else set[str]()
    logs = environment.load_balancers.access_logs_bucket
    shared = {logs, locks} | webhooks | results
    location = {"LocationConstraint": environment.region}
    for bucket in sorted(filter(None, buckets | shared)):
        owner.create("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=location)
    _let_access_be_logged(owner)
    if environment.state.bucket:
        _keep_states(owner, environment.state.bucket)


def _let_access_be_logged(owner: Owner) -> None:
    """Allow access logs of load balancers below one prefix, and those of buckets below another.

    Source: AWS, Application Load Balancer user guide, "Enable access logs".
    """
    settings, account = owner.environment.load_balancers, owner.environment.account_id
    bucket = settings.access_logs_bucket
    below = "/".join(filter(None, (bucket, settings.access_logs_prefix, "AWSLogs", account, "*")))
    allowed = Statement(
        "LoadBalancersLog",
        ["s3:PutObject"],
        [f"arn:aws:s3:::{below}"],
        {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    )
    # AWS: S3 user guide, "Enabling Amazon S3 server access logging".
    of_buckets = Statement(
        "BucketsLog",
        ["s3:PutObject"],
        [f"arn:aws:s3:::{bucket}/s3/*"],
        {"Service": "logging.s3.amazonaws.com"},
    )
    owner.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy_document(allowed, of_buckets))


def _keep_states(owner: Owner, bucket: str) -> None:
    """Keep the states' versions, encrypted and away from the public."""
    s3 = owner.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True)
    )
