"""The metrics that are counted from log lines, with the filters that count them.

A filter's metric can take its dimensions from the line only (AWS: CloudWatch Logs user guide,
"Configuring metric values for a log metric filter"). So the name says the environment and the
service. Both sides write to one log group (docs/decisions/0122), which is what a metric counts.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from pay.model import names
from pay.model.base import Model
from pay.model.environment.environment import Environment
from pay.model.metrics import Metric
from pay.model.service.microservice import Microservice

NAMESPACE = "Pay/Logs"


class LogMetric(Model):
    """A metric that counts the lines of a log group that match a pattern, 1 for each."""

    metric: Metric
    log_group: str
    pattern: Annotated[str, Field(max_length=1024)]
    """AWS: CloudWatch Logs user guide, "Filter pattern syntax"."""


class ProxyLog(NamedTuple):
    """What squid's log tells of a forward proxy."""

    tunnels: LogMetric
    """Every tunnel that ended, and every request that was not one."""
    failed: LogMetric
    """The ones that squid answered with 5XX: no connection to the address was possible."""
    denied: LogMetric
    """The ones that the allow list refused."""


_NATIVE = "[time, elapsed, client, {code}, bytes, method, url, user, peer, type]"
"""squid's own format (squid.conf, `logformat squid`), which Pay's proxies write. Exactly ten
fields, so that lines of squid's other log do not match."""


def proxy_log(environment: Environment, service: Microservice) -> ProxyLog:
    """Return the metrics of a proxy's log."""

    def counted(id: str, code: str) -> LogMetric:
        return LogMetric(
            metric=Metric(
                id=id,
                namespace=NAMESPACE,
                name=f"{environment.name}-{service.name}-{id.replace('_', '-')}",
                statistic="Sum",
                unit="Count",
                dimensions=(),
            ),
            log_group=names.log_group(environment.name, service.log_kind, service.name),
            pattern=_NATIVE.format(code=code),
        )

    return ProxyLog(
        tunnels=counted("tunnels", "code=*/*"),
        failed=counted("failed_tunnels", "code=*/5*"),
        denied=counted("denied_tunnels", "code=*DENIED*"),
    )
