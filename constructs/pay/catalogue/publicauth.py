"""publicauth: issues and checks the API keys of Pay's users."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import Database, Exposure, Microservice, Runtime, Scope, Secret

PUBLICAUTH = Microservice(
    name="publicauth",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.INTERNAL,
    # Sees API keys, never card numbers, but publicapi, inside the CDE, calls it.
    scope=Scope.CONNECTED,
    # The only database that was replaced by a new instance: `-1`.
    database=Database(identifier_suffix=1),
    environment={**common.java(), **common.database("publicauth")},
    secrets=(
        common.DB_PASSWORD,
        common.SENTRY_DSN,
        Secret(variable="TOKEN_API_HMAC_SECRET"),
        Secret(variable="TOKEN_DB_BCRYPT_SALT"),
    ),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.JAVA_SIZE,
    timing=assumptions.INTERNAL_TIMING,
)
