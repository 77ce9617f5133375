"""webhooks: tells the callback addresses of Pay's users what happened to a payment."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import JavaService
from pay.model import Call, CallStyle, Database, Exposure, QueueUse, Scope
from pay.model.service.dependencies import RECEIVE
from pay.model.service.migrations import Migrations

WEBHOOKS = JavaService(
    name="webhooks",
    exposure=Exposure.INTERNAL,
    # Talks to ledger and selfservice only, and neither is inside the CDE.
    scope=Scope.OUTSIDE,
    # Public: its config.yaml; it sends many messages at the same time.
    database=Database(pool_size=32),
    migrations=Migrations.AFTER,
    queues=(
        QueueUse(
            # Subscribed to both of ledger's topics.
            name="webhooks-events-subscriber",
            variable="AWS_SQS_PAYMENT_EVENT_QUEUE_URL",
            access=RECEIVE,
        ),
    ),
    calls=(
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="webhooks-egress", style=CallStyle.JAVA_PROXY),
    ),
    environment={"BACKGROUND_PROCESSING_ENABLED": "true"},
    work_switches=("BACKGROUND_PROCESSING_ENABLED",),
    requests_a_minute=assumptions.OF_SOME_PAYMENTS,
)
