"""egress: the forward proxy that lets services reach the addresses on its list, and no other."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import SQUID_PORT
from pay.model import Exposure, Microservice, Runtime, Scope, Timing

EGRESS = Microservice(
    name="egress",
    # squid speaks plain TCP: a Network Load Balancer, a TCP check, no sidecars.
    runtime=Runtime.SQUID,
    container_port=SQUID_PORT,
    exposure=Exposure.INTERNAL,
    # Card numbers pass through it inside TLS that it cannot read: connected, not inside.
    scope=Scope.CONNECTED,
    # The whole configuration in base64. The allow list differs by environment and is no secret.
    parameters=("SQUID_CONFIG",),
    user=assumptions.SQUID_USER,
    writable_paths=assumptions.SQUID_WRITABLE_PATHS,
    size=assumptions.PROXY_SIZE,
    timing=Timing(
        longest_request_seconds=assumptions.CALLER_OF_AUTHORISATION_SECONDS,
        start_seconds=assumptions.STARTS_FAST,
    ),
)
