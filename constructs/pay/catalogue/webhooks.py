"""webhooks: tells the callback addresses of Pay's users what happened to a payment."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import (
    Access,
    Call,
    CallStyle,
    Database,
    Exposure,
    Microservice,
    QueueUse,
    Runtime,
    Scope,
)

WEBHOOKS = Microservice(
    name="webhooks",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.INTERNAL,
    # Talks to ledger and selfservice only, and neither is inside the CDE.
    scope=Scope.OUTSIDE,
    database=Database(),
    queues=(
        QueueUse(
            # Subscribed to both of ledger's topics.
            name="webhooks-events-subscriber",
            variable="AWS_SQS_PAYMENT_EVENT_QUEUE_URL",
            access=frozenset({Access.RECEIVE}),
        ),
    ),
    calls=(
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="webhooks-egress", style=CallStyle.JAVA_PROXY),
    ),
    environment={
        **common.java(),
        **common.database("webhooks"),
        **common.SQS,
        "BACKGROUND_PROCESSING_ENABLED": "true",
    },
    work_switches=("BACKGROUND_PROCESSING_ENABLED",),
    secrets=(common.DB_PASSWORD, common.SENTRY_DSN),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.JAVA_SIZE,
    timing=assumptions.INTERNAL_TIMING,
)
