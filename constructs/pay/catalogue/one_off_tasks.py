"""The tasks that are started once, by a schedule or by staff, from images of their own."""

from pay.catalogue import assumptions
from pay.model import BucketUse, QueueUse, names
from pay.model.service.dependencies import READ, SEND
from pay.model.service.one_off_task import OneOffTask
from pay.model.vocabulary import ImageOwner

SCHEDULED_HTTP = OneOffTask(
    name="scheduled-http",
    repository=names.repository("alpine"),
    owner=ImageOwner.PLATFORM_TEAM,
    image_tag_variable="alpine_image_tag",
    user=assumptions.APPLICATION_USER,
    size=assumptions.SCHEDULED_HTTP_SIZE,
)
"""Makes the call that its command names, with curl in a small image."""

STREAM_S3_SQS = OneOffTask(
    name="stream-s3-sqs",
    repository=names.repository("stream-s3-sqs"),
    owner=ImageOwner.SERVICE_TEAM,
    image_tag_variable="stream_image_tag",
    # Public: the repository's own tests. PROVIDER_S3_SOURCE_FILE comes from whoever starts it.
    queues=(QueueUse(name="payment-event", variable="CONSUMER_SQS_QUEUE_URL", access=SEND),),
    buckets=(
        BucketUse(name="update-transactions", variable="PROVIDER_S3_BUCKET_NAME", access=READ),
    ),
    user=assumptions.APPLICATION_USER,
    size=assumptions.STREAM_S3_SQS_SIZE,
)
"""Turns a CSV of transactions, which toolbox has put into the bucket, into messages for ledger."""

ONE_OFF_TASKS = (SCHEDULED_HTTP, STREAM_S3_SQS)
