"""products-ui: the public pages of payment links."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import NodeService
from pay.model import Call, Exposure, Link, Scope, Secret

PRODUCTS_UI = NodeService(
    name="products-ui",
    exposure=Exposure.PUBLIC,
    # The public knows it as products.<zone>; the service of that name is internal.
    host="products",
    # Talks to products and adminusers only, and neither is inside the CDE.
    scope=Scope.OUTSIDE,
    calls=(
        Call(service="adminusers", variables=("ADMINUSERS_URL",)),
        Call(service="products", variables=("PRODUCTS_URL",)),
    ),
    links=(
        Link(service="products-ui", variable="PRODUCTS_UI_URL"),
        Link(service="selfservice", variable="SELFSERVICE_DASHBOARD_URL"),
    ),
    environment={"COOKIE_MAX_AGE": "3600000"},
    # The return address has a path that the public record does not show.
    parameters=(
        "GOOGLE_RECAPTCHA_ENTERPRISE_PROJECT_ID",
        "GOOGLE_RECAPTCHA_SITE_KEY",
        "SELFSERVICE_DEMO_PAYMENT_RETURN_URL",
    ),
    secrets=(
        Secret(variable="GOOGLE_RECAPTCHA_SECRET_KEY"),
        Secret(variable="SESSION_ENCRYPTION_KEY"),
    ),
    requests_a_minute=assumptions.OF_SOME_PAYMENTS,
)
