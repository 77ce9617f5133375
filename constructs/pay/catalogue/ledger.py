"""ledger: the history of every payment, refund, payout and dispute."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import (
    Access,
    Database,
    Exposure,
    Microservice,
    QueueUse,
    Runtime,
    Scope,
    TopicUse,
)

LEDGER = Microservice(
    name="ledger",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.INTERNAL,
    # Keeps at most the first six and last four digits, but connector and publicapi call it.
    scope=Scope.CONNECTED,
    database=Database(),
    queues=(
        QueueUse(
            name="payment-event",
            variable="AWS_SQS_PAYMENT_EVENT_QUEUE_URL",
            access=frozenset({Access.RECEIVE}),
        ),
    ),
    topics=(
        TopicUse(name="card-payment-events", variable="SNS_TOPIC_CARD_PAYMENT_EVENTS_ARN"),
        TopicUse(
            name="card-payment-dispute-events",
            variable="SNS_TOPIC_CARD_PAYMENT_DISPUTE_EVENTS_ARN",
        ),
    ),
    environment={
        **common.java(),
        **common.database("ledger"),
        **common.SQS,
        "AWS_SNS_REGION": "{region}",
        "BACKGROUND_PROCESSING_ENABLED": "true",
        "PUBLISH_CARD_PAYMENT_DISPUTE_EVENTS_TO_SNS": "true",
        "PUBLISH_CARD_PAYMENT_EVENTS_TO_SNS": "true",
        "SNS_ENABLED": "true",
    },
    work_switches=("BACKGROUND_PROCESSING_ENABLED",),
    secrets=(common.DB_PASSWORD, common.SENTRY_DSN),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.JAVA_SIZE,
    timing=assumptions.INTERNAL_TIMING,
)
