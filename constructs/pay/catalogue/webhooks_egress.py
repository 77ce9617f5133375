"""webhooks-egress: the forward proxy to the callback addresses of Pay's users, anywhere."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import ForwardProxy
from pay.model import Exposure, Scope, Timing

WEBHOOKS_EGRESS = ForwardProxy(
    name="webhooks-egress",
    exposure=Exposure.INTERNAL,
    # Only webhooks, outside the CDE, calls it. It reaches any address, which is why the CDE has a
    # proxy of its own.
    scope=Scope.OUTSIDE,
    size=assumptions.SMALL_PROXY_SIZE,
    timing=Timing(longest_request_seconds=30, start_seconds=assumptions.STARTS_FAST),
    requests_a_minute=assumptions.OF_SOME_PAYMENTS,
)
