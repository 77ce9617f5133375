"""The pipeline that takes the lines of every log group: a delivery stream and the role to write."""

from pay.model import names
from sandbox.estate.estate_builder import Owner


def make_log_pipeline(owner: Owner) -> None:
    """Create what an environment's file names; an environment without a pipeline has none."""
    pipeline = owner.environment.logs.pipeline
    if pipeline is None:
        return
    region = owner.environment.region
    owner.role(pipeline.role_arn.rpartition("/")[2], f"logs.{region}.amazonaws.com")
    bucket = names.bucket(owner.name, "log-pipeline")
    location = {"LocationConstraint": region}
    owner.create("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=location)
    owner.create(
        *("firehose", "create_delivery_stream"),
        DeliveryStreamName=pipeline.stream,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": owner.role(f"{pipeline.stream}-to-s3", "firehose.amazonaws.com"),
            "BucketARN": f"arn:aws:s3:::{bucket}",
        },
    )
