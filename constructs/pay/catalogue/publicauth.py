"""publicauth: issues and checks the API keys of Pay's users."""

from pay.catalogue.runtimes import TOKEN_API_HMAC_SECRET, JavaService
from pay.model import Database, Exposure, Scope, Secret
from pay.model.service.migrations import Migrations

PUBLICAUTH = JavaService(
    name="publicauth",
    exposure=Exposure.INTERNAL,
    # Sees API keys, never card numbers, but publicapi, inside the CDE, calls it.
    scope=Scope.CONNECTED,
    # The only database that was replaced by a new instance: `-1`.
    database=Database(identifier_suffix=1),
    migrations=Migrations.AFTER,
    secrets=(TOKEN_API_HMAC_SECRET, Secret(variable="TOKEN_DB_BCRYPT_SALT")),
)
