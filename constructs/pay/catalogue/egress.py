"""egress: the forward proxy that lets services reach the addresses on its list, and no other."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import ForwardProxy
from pay.model import Exposure, Scope

EGRESS = ForwardProxy(
    name="egress",
    exposure=Exposure.INTERNAL,
    # Card numbers pass through it inside TLS that it cannot read: connected, not inside.
    scope=Scope.CONNECTED,
    size=assumptions.PROXY_SIZE,
    takes_payments=True,
    timing=assumptions.QUICK_CALLER_TIMING,
)
