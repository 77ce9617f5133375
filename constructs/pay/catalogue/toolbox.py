"""toolbox: what Pay's own staff looks things up and mends them with."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import NodeService
from pay.model import BucketUse, Call, CallStyle, Exposure, Link, Scope, Secret, TaskRun
from pay.model.service.dependencies import WRITE

TOOLBOX = NodeService(
    name="toolbox",
    container_port=3000,
    exposure=Exposure.STAFF,
    # Shows no card numbers, but calls connector, inside the CDE.
    scope=Scope.CONNECTED,
    buckets=(
        # A CSV of transactions to mend, which the task below turns into messages.
        BucketUse(
            name="update-transactions",
            variable="AWS_S3_UPDATE_TRANSACTIONS_FARGATE_BUCKET_NAME",
            access=WRITE,
        ),
    ),
    task_runs=(
        TaskRun(
            family="stream-s3-sqs",
            task_definition_variable="AWS_ECS_UPDATE_TRANSACTIONS_FARGATE_TASK_DEFINITION",
            subnets_variable="AWS_VPC_UPDATE_TRANSACTIONS_FARGATE_SUBNET_IDS",
            security_groups_variable="AWS_VPC_UPDATE_TRANSACTIONS_FARGATE_SECURITY_GROUP_IDS",
        ),
    ),
    calls=(
        Call(service="adminusers", variables=("ADMINUSERS_URL",)),
        Call(service="connector", variables=("CONNECTOR_URL",)),
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="products", variables=("PRODUCTS_URL",)),
        # toolbox appends paths itself, unlike selfservice and publicapi.
        Call(service="publicauth", variables=("PUBLIC_AUTH_URL",)),
        Call(service="webhooks", variables=("WEBHOOKS_URL",)),
        # Stripe, Zendesk and the sign-in with GitHub.
        Call(service="egress", variables=("HTTP_PROXY", "HTTPS_PROXY"), style=CallStyle.HTTP_PROXY),
    ),
    links=(Link(service="selfservice", variable="SELFSERVICE_URL"),),
    parameters=("GITHUB_OAUTH_CLIENT_ID", "ZENDESK_URL", "ZENDESK_USER"),
    secrets=(
        Secret(variable="COOKIE_SESSION_ENCRYPTION_SECRET"),
        Secret(variable="GITHUB_OAUTH_CLIENT_SECRET"),
        Secret(variable="STRIPE_ACCOUNT_API_KEY"),
        Secret(variable="ZENDESK_API_KEY"),
    ),
    requests_a_minute=assumptions.OF_STAFF,
)
