"""The existing configuration of a forward proxy, which must not cut a call when its task stops."""

from pay.model import Microservice


def keeps_tunnels_open(service: Microservice, parameter: str) -> tuple[str, str]:
    """Return the promise of the lookup of `parameter` that squid lets running tunnels end.

    At SIGTERM squid closes every connection after `shutdown_lifetime`, by default 30 seconds
    (squid.conf, "shutdown_lifetime"). The line has one form, so that a plan can read it.
    """
    line = f"shutdown_lifetime {service.timing.shutdown_seconds} seconds"
    value = f'self.values[index(self.names, "{parameter}")]'
    return (
        f'can(regex("(?m)^{line}$", base64decode({value})))',
        f"The squid.conf in {parameter} lacks the line `{line}`. Check it and add the line: squid "
        "cuts calls when it stops.",
    )
