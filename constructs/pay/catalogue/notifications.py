"""notifications: passes the payment providers' messages on to connector."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import HEALTH_CHECK_PATH
from pay.model import Call, Exposure, Microservice, Runtime, Scope, Timing

NOTIFICATIONS = Microservice(
    name="notifications",
    runtime=Runtime.NGINX,
    container_port=443,
    health_check_path=HEALTH_CHECK_PATH,
    exposure=Exposure.PUBLIC,
    # Providers send references, never card numbers, but it calls connector, inside the CDE.
    scope=Scope.CONNECTED,
    # It is an nginx itself, so it has no sidecars.
    terminates_tls=True,
    calls=(Call(service="connector", variables=("CONNECTOR_URL",)),),
    # The VPC's own resolver, at the base of the VPC's address range plus two.
    parameters=("NGINX_RESOLVER",),
    user=assumptions.NOTIFICATIONS_USER,
    writable_paths=assumptions.NOTIFICATIONS_WRITABLE_PATHS,
    size=assumptions.SMALL_PROXY_SIZE,
    timing=Timing(
        longest_request_seconds=assumptions.AUTHORISATION_SECONDS,
        start_seconds=assumptions.STARTS_FAST,
        target_keep_alive_seconds=assumptions.NOTIFICATIONS_KEEP_ALIVE_SECONDS,
    ),
    requests_a_minute=assumptions.OF_SOME_PAYMENTS,
)
