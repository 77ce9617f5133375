"""selfservice: the admin tool of Pay's users."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import NodeService
from pay.model import BucketUse, Call, CallStyle, Exposure, Link, Scope, Secret
from pay.model.service.dependencies import READ

SELFSERVICE = NodeService(
    name="selfservice",
    exposure=Exposure.PUBLIC,
    # Shows no card numbers, but calls connector, inside the CDE.
    scope=Scope.CONNECTED,
    buckets=(
        BucketUse(
            name="policy-documents", variable="AWS_S3_POLICY_DOCUMENTS_BUCKET_NAME", access=READ
        ),
    ),
    calls=(
        Call(service="adminusers", variables=("ADMINUSERS_URL",)),
        Call(service="connector", variables=("CONNECTOR_URL",)),
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="products", variables=("PRODUCTS_URL",)),
        Call(service="publicauth", variables=("PUBLIC_AUTH_URL",), path="/v1/frontend/auth"),
        Call(service="webhooks", variables=("WEBHOOKS_URL",)),
        # Stripe and Zendesk.
        Call(service="egress", variables=("HTTP_PROXY", "HTTPS_PROXY"), style=CallStyle.HTTP_PROXY),
    ),
    links=(
        Link(service="selfservice", variable="SELFSERVICE_URL"),
        Link(service="products-ui", variable="PRODUCTS_FRIENDLY_BASE_URI", path="/redirect"),
    ),
    environment={"COOKIE_MAX_AGE": "10800000"},
    parameters=("ZENDESK_URL", "ZENDESK_USER"),
    secrets=(
        Secret(variable="SESSION_ENCRYPTION_KEY"),
        Secret(variable="STRIPE_ACCOUNT_API_KEY"),
        Secret(variable="ZENDESK_API_KEY"),
    ),
    requests_a_minute=assumptions.OF_STAFF,
)
