"""publicapi: the API that Pay's users create and read payments with."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import Call, Exposure, Link, Microservice, Runtime, Scope, Secret, Timing

PUBLICAPI = Microservice(
    name="publicapi",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
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
    environment={**common.java(), "REDIS_SSL": "true"},
    # Redis keeps rate limits only; without it each task limits for itself.
    parameters=(
        "RATE_LIMITER_ELEVATED_ACCOUNTS",
        "RATE_LIMITER_LOW_TRAFFIC_ACCOUNTS",
        "REDIS_URL",
    ),
    secrets=(common.SENTRY_DSN, Secret(variable="TOKEN_API_HMAC_SECRET", owner="publicauth")),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.JAVA_SIZE,
    timing=Timing(
        longest_request_seconds=assumptions.CALLER_OF_AUTHORISATION_SECONDS, start_seconds=90
    ),
)
