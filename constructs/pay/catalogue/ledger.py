"""ledger: the history of every payment, refund, payout and dispute."""

from pay.catalogue.runtimes import JavaService
from pay.model import Database, Exposure, QueueUse, Scope, TopicUse
from pay.model.service.dependencies import RECEIVE
from pay.model.service.migrations import Migrations

LEDGER = JavaService(
    name="ledger",
    exposure=Exposure.INTERNAL,
    # Keeps at most the first six and last four digits, but connector and publicapi call it.
    scope=Scope.CONNECTED,
    database=Database(),
    migrations=Migrations.AFTER,
    queues=(
        QueueUse(name="payment-event", variable="AWS_SQS_PAYMENT_EVENT_QUEUE_URL", access=RECEIVE),
    ),
    topics=(
        TopicUse(name="card-payment-events", variable="SNS_TOPIC_CARD_PAYMENT_EVENTS_ARN"),
        TopicUse(
            name="card-payment-dispute-events", variable="SNS_TOPIC_CARD_PAYMENT_DISPUTE_EVENTS_ARN"
        ),
    ),
    environment={
        "AWS_SNS_REGION": "{region}",
        "BACKGROUND_PROCESSING_ENABLED": "true",
        "PUBLISH_CARD_PAYMENT_DISPUTE_EVENTS_TO_SNS": "true",
        "PUBLISH_CARD_PAYMENT_EVENTS_TO_SNS": "true",
        "SNS_ENABLED": "true",
    },
    work_switches=("BACKGROUND_PROCESSING_ENABLED",),
)
