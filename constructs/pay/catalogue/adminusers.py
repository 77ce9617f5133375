"""adminusers: the users of the admin tool, their services and permissions."""

from pay.catalogue.runtimes import JavaService
from pay.model import Call, CallStyle, Database, Exposure, Link, QueueUse, Scope, Secret
from pay.model.service.dependencies import RECEIVE, SEND
from pay.model.service.migrations import Migrations

ADMINUSERS = JavaService(
    name="adminusers",
    exposure=Exposure.INTERNAL,
    # Never sees a card number, but frontend, inside the CDE, calls it.
    scope=Scope.CONNECTED,
    database=Database(),
    migrations=Migrations.AFTER,
    queues=(
        QueueUse(
            name="adminusers-events-subscriber",
            variable="AWS_SQS_EVENT_SUBSCRIBER_QUEUE_URL",
            access=RECEIVE,
        ),
        QueueUse(name="connector-tasks", variable="AWS_SQS_CONNECTOR_TASKS_QUEUE_URL", access=SEND),
    ),
    calls=(
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="egress", style=CallStyle.JAVA_PROXY),
    ),
    links=(
        Link(service="adminusers", variable="BASE_URL"),
        Link(service="selfservice", variable="SELFSERVICE_URL"),
    ),
    environment={
        "EVENT_SUBSCRIBER_QUEUE_ENABLED": "true",
        "FORGOTTEN_PASSWORD_EXPIRY_MINUTES": "90",
        "LOGIN_ATTEMPT_CAP": "10",
    },
    work_switches=("EVENT_SUBSCRIBER_QUEUE_ENABLED",),
    # Every environment has its own Notify service, so its own templates.
    parameters=(
        "NOTIFY_CHANGE_SIGN_IN_2FA_TO_SMS_OTP_SMS_TEMPLATE_ID",
        "NOTIFY_CREATE_USER_IN_RESPONSE_TO_INVITATION_TO_SERVICE_OTP_SMS_TEMPLATE_ID",
        "NOTIFY_EMAIL_REPLY_TO_SUPPORT_ID",
        "NOTIFY_FORGOTTEN_PASSWORD_EMAIL_TEMPLATE_ID",
        "NOTIFY_INVITE_SERVICE_EMAIL_TEMPLATE_ID",
        "NOTIFY_INVITE_SERVICE_USER_DISABLED_EMAIL_TEMPLATE_ID",
        "NOTIFY_INVITE_SERVICE_USER_EXITS_EMAIL_TEMPLATE_ID",
        "NOTIFY_INVITE_USER_EMAIL_TEMPLATE_ID",
        "NOTIFY_INVITE_USER_EXISTING_EMAIL_TEMPLATE_ID",
        "NOTIFY_LIVE_ACCOUNT_CREATED_EMAIL_TEMPLATE_ID",
        "NOTIFY_SELF_INITIATED_CREATE_USER_AND_SERVICE_OTP_SMS_TEMPLATE_ID",
        "NOTIFY_SIGN_IN_OTP_SMS_TEMPLATE_ID",
        "NOTIFY_STRIPE_DISPUTE_CREATED_EMAIL_TEMPLATE_ID",
        "NOTIFY_STRIPE_DISPUTE_EVIDENCE_SUBMITTED_EMAIL_TEMPLATE_ID",
        "NOTIFY_STRIPE_DISPUTE_LOST_AND_SERVICE_CHARGED_EMAIL_TEMPLATE_ID",
        "NOTIFY_STRIPE_DISPUTE_LOST_EMAIL_TEMPLATE_ID",
        "NOTIFY_STRIPE_DISPUTE_WON_EMAIL_TEMPLATE_ID",
        "SUPPORT_URL",
    ),
    secrets=(Secret(variable="NOTIFY_API_KEY"),),
)
