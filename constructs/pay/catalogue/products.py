"""products: payment links and demo payments, paid through the public API."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import JavaService
from pay.model import Call, Database, Exposure, Link, Scope
from pay.model.service.migrations import Migrations

PRODUCTS = JavaService(
    name="products",
    exposure=Exposure.INTERNAL,
    # Sends no card number (the payer types it into frontend), but calls publicapi, inside the CDE.
    scope=Scope.CONNECTED,
    database=Database(),
    migrations=Migrations.AFTER,
    calls=(Call(service="publicapi", variables=("PUBLICAPI_URL",)),),
    links=(
        Link(service="products", variable="BASE_URL"),
        Link(service="products-ui", variable="PRODUCTSUI_PAY_URL", path="/pay"),
        Link(
            service="products-ui", variable="PRODUCTSUI_CONFIRMATION_URL", path="/payment-complete"
        ),
        Link(service="products-ui", variable="PRODUCTS_FRIENDLY_BASE_URI", path="/redirect"),
    ),
    parameters=("EMAIL_ADDRESS_FOR_REPLACING_API_TOKENS",),
    timing=assumptions.CALLER_TIMING,
    requests_a_minute=assumptions.OF_SOME_PAYMENTS,
)
