"""products: payment links and demo payments, paid through the public API."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import Call, Database, Exposure, Link, Microservice, Runtime, Scope, Timing

PRODUCTS = Microservice(
    name="products",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.INTERNAL,
    # Sends no card number (the payer types it into frontend), but calls publicapi, inside the CDE.
    scope=Scope.CONNECTED,
    database=Database(),
    calls=(Call(service="publicapi", variables=("PUBLICAPI_URL",)),),
    links=(
        Link(service="products", variable="BASE_URL"),
        Link(service="products-ui", variable="PRODUCTSUI_PAY_URL", path="/pay"),
        Link(
            service="products-ui",
            variable="PRODUCTSUI_CONFIRMATION_URL",
            path="/payment-complete",
        ),
        Link(service="products-ui", variable="PRODUCTS_FRIENDLY_BASE_URI", path="/redirect"),
    ),
    environment={**common.java(), **common.database("products")},
    parameters=("EMAIL_ADDRESS_FOR_REPLACING_API_TOKENS",),
    secrets=(common.DB_PASSWORD, common.SENTRY_DSN),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.JAVA_SIZE,
    timing=Timing(
        longest_request_seconds=assumptions.CALLER_OF_AUTHORISATION_SECONDS, start_seconds=90
    ),
)
