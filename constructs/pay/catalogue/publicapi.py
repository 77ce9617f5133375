"""publicapi: the API that Pay's users create and read payments with."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import TOKEN_API_HMAC_SECRET, JavaService
from pay.model import Call, Exposure, Link, Scope

PUBLICAPI = JavaService(
    name="publicapi",
    exposure=Exposure.PUBLIC,
    # Telephone payments: POST /v1/auth takes a full card number and passes it to connector. Pay's
    # list of CDE applications is of 2020, before that endpoint; what takes card numbers is inside.
    scope=Scope.INSIDE,
    calls=(
        Call(service="connector", variables=("CONNECTOR_URL",)),
        Call(service="ledger", variables=("LEDGER_URL",)),
        Call(service="publicauth", variables=("PUBLIC_AUTH_URL",), path="/v1/api/auth"),
    ),
    links=(Link(service="publicapi", variable="PUBLICAPI_BASE"),),
    environment={"REDIS_SSL": "true"},
    # Redis keeps rate limits only; without it each task limits for itself.
    parameters=("RATE_LIMITER_ELEVATED_ACCOUNTS", "RATE_LIMITER_LOW_TRAFFIC_ACCOUNTS", "REDIS_URL"),
    secrets=(TOKEN_API_HMAC_SECRET,),
    takes_payments=True,
    timing=assumptions.CALLER_TIMING,
)
