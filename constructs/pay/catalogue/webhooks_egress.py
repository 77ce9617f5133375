"""webhooks-egress: the forward proxy to the callback addresses of Pay's users, anywhere."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import SQUID_PORT
from pay.model import Exposure, Microservice, Runtime, Scope, Timing

WEBHOOKS_EGRESS = Microservice(
    name="webhooks-egress",
    # squid speaks plain TCP: a Network Load Balancer, a TCP check, no sidecars.
    runtime=Runtime.SQUID,
    container_port=SQUID_PORT,
    exposure=Exposure.INTERNAL,
    # Only webhooks, outside the CDE, calls it. It reaches any address, which is why the CDE has a
    # proxy of its own.
    scope=Scope.OUTSIDE,
    # The whole configuration in base64.
    parameters=("SQUID_CONFIG",),
    user=assumptions.SQUID_USER,
    writable_paths=assumptions.SQUID_WRITABLE_PATHS,
    size=assumptions.SMALL_PROXY_SIZE,
    timing=Timing(longest_request_seconds=30, start_seconds=assumptions.STARTS_FAST),
)
