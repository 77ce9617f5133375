"""connector: takes every payment to its payment provider and keeps its state."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import JavaService, java_options
from pay.model import Call, CallStyle, Database, Exposure, Link, QueueUse, Scope, Secret, Timing
from pay.model.service.dependencies import RECEIVE, SEND
from pay.model.service.migrations import Migrations

BOTH = SEND | RECEIVE

CONNECTOR = JavaService(
    name="connector",
    exposure=Exposure.INTERNAL,
    # Sends full card numbers to payment providers. Pay's own list of CDE applications names it.
    scope=Scope.INSIDE,
    database=Database(),
    migrations=Migrations.AFTER,
    queues=(
        QueueUse(name="capture", variable="AWS_SQS_CAPTURE_QUEUE_URL", access=BOTH),
        QueueUse(name="payment-event", variable="AWS_SQS_PAYMENT_EVENT_QUEUE_URL", access=SEND),
        QueueUse(
            name="payout-reconcile", variable="AWS_SQS_PAYOUT_RECONCILE_QUEUE_URL", access=BOTH
        ),
        QueueUse(name="connector-tasks", variable="AWS_SQS_CONNECTOR_TASKS_QUEUE_URL", access=BOTH),
    ),
    calls=(
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="cardid", variables=("CARDID_URL",)),
        Call(service="egress", style=CallStyle.JAVA_PROXY),
    ),
    links=(Link(service="frontend", variable="FRONTEND_URL"),),
    environment={
        "JAVA_OPTS": java_options(assumptions.CONNECTOR_HEAP),
        "BACKGROUND_PROCESSING_ENABLED": "true",
        "EMIT_PAYMENT_STATE_TRANSITION_EVENTS": "true",
        "EVENT_QUEUE_ENABLED": "true",
        "NOTIFY_EMAIL_ENABLED": "true",
        "PAYOUT_RECONCILE_QUEUE_ENABLED": "true",
        "TASK_QUEUE_ENABLED": "true",
    },
    work_switches=(
        "BACKGROUND_PROCESSING_ENABLED",
        "PAYOUT_RECONCILE_QUEUE_ENABLED",
        "TASK_QUEUE_ENABLED",
    ),
    # Addresses of payment providers are parameters, because a performance test runs on stubs.
    parameters=(
        "GDS_CONNECTOR_ADYEN_BALANCE_PLATFORM_ID_LIVE",
        "GDS_CONNECTOR_ADYEN_BALANCE_PLATFORM_ID_TEST",
        "GDS_CONNECTOR_ADYEN_BASE_URL_CHECKOUT_LIVE",
        "GDS_CONNECTOR_ADYEN_MERCHANT_ACCOUNT_ID_LIVE",
        "GDS_CONNECTOR_ADYEN_MERCHANT_ACCOUNT_ID_TEST",
        "GDS_CONNECTOR_ADYEN_NOTIFICATION_DOMAIN",
        "GDS_CONNECTOR_WORLDPAY_LIVE_URL",
        "GDS_CONNECTOR_WORLDPAY_TEST_URL",
        "NOTIFY_PAYMENT_RECEIPT_EMAIL_TEMPLATE_ID",
        "NOTIFY_REFUND_ISSUED_EMAIL_TEMPLATE_ID",
        "SANDBOX_ALLOWED_CIDRS",
        "SECURE_WORLDPAY_NOTIFICATION_DOMAIN",
        "SECURE_WORLDPAY_NOTIFICATION_ENABLED",
        "STRIPE_ALLOWED_CIDRS",
        "STRIPE_PLATFORM_ACCOUNT_ID",
        "STRIPE_TRANSACTION_FEE_PERCENTAGE",
        "STRIPE_TRANSACTION_RADAR_FEE_IN_PENCE",
        "STRIPE_TRANSACTION_THREE_DS_FEE_IN_PENCE",
        "WORLDPAY_3DS_FLEX_DDC_LIVE_URL",
        "WORLDPAY_3DS_FLEX_DDC_TEST_URL",
    ),
    secrets=(
        Secret(variable="GDS_CONNECTOR_ADYEN_BALANCE_PLATFORM_API_KEY_LIVE"),
        Secret(variable="GDS_CONNECTOR_ADYEN_BALANCE_PLATFORM_API_KEY_TEST"),
        Secret(variable="GDS_CONNECTOR_ADYEN_COMPANY_ACCOUNT_API_KEY_LIVE"),
        Secret(variable="GDS_CONNECTOR_ADYEN_COMPANY_ACCOUNT_API_KEY_TEST"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_PAYMENTS_LIVE_PRIMARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_PAYMENTS_LIVE_SECONDARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_PAYMENTS_TEST_PRIMARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_PAYMENTS_TEST_SECONDARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_TOKENS_LIVE_PRIMARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_TOKENS_LIVE_SECONDARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_TOKENS_TEST_PRIMARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_HMAC_KEY_TOKENS_TEST_SECONDARY"),
        Secret(variable="GDS_CONNECTOR_ADYEN_LEGAL_ENTITY_MANAGEMENT_API_KEY_LIVE"),
        Secret(variable="GDS_CONNECTOR_ADYEN_LEGAL_ENTITY_MANAGEMENT_API_KEY_TEST"),
        Secret(variable="GDS_CONNECTOR_STRIPE_AUTH_LIVE_TOKEN"),
        Secret(variable="GDS_CONNECTOR_STRIPE_AUTH_TOKEN"),
        Secret(variable="GDS_CONNECTOR_STRIPE_CONNECT_APPLICATION_WEBHOOK_LIVE_SIGN_SECRET"),
        Secret(variable="GDS_CONNECTOR_STRIPE_CONNECT_APPLICATION_WEBHOOK_TEST_SIGN_SECRET"),
        Secret(variable="GDS_CONNECTOR_STRIPE_WEBHOOK_LIVE_SIGN_SECRET"),
        Secret(variable="GDS_CONNECTOR_STRIPE_WEBHOOK_SIGN_SECRET"),
        Secret(variable="NOTIFY_API_KEY"),
        Secret(variable="SANDBOX_AUTH_TOKEN"),
        Secret(variable="WORLDPAY_APPLE_PAY_PAYMENT_PROCESSING_CERTIFICATE"),
        Secret(variable="WORLDPAY_APPLE_PAY_PAYMENT_PROCESSING_CERTIFICATE_SECONDARY"),
        Secret(variable="WORLDPAY_APPLE_PAY_PAYMENT_PROCESSING_PRIVATE_KEY"),
        Secret(variable="WORLDPAY_APPLE_PAY_PAYMENT_PROCESSING_PRIVATE_KEY_SECONDARY"),
    ),
    size=assumptions.CONNECTOR_SIZE,
    takes_payments=True,
    timing=Timing(longest_request_seconds=assumptions.AUTHORISATION_SECONDS, start_seconds=90),
)
