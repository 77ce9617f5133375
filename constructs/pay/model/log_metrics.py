"""The metrics that are counted from log lines, with the filters that count them.

A filter's metric can take its dimensions from the line only. AWS: CloudWatch Logs user guide,
"Configuring metric values for a log metric filter". So the name has the environment, the service
and the side. The sides of a proxy have a log group each (docs/decisions/0161).
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from pay.model.base import Model
from pay.model.metrics import Metric
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side

NAMESPACE = "Pay/Logs"


class LogMetric(Model):
    """A metric that counts the lines of a log group that match a pattern, 1 for each."""

    metric: Metric
    log_group: str
    pattern: Annotated[str, Field(max_length=1024)]
    """AWS: CloudWatch Logs user guide, "Filter pattern syntax"."""


class ProxyLog(NamedTuple):
    """The metrics of squid's log for a side of a forward proxy."""

    tunnels: LogMetric
    """Every tunnel that ended, and every request that was not one."""
    failed: LogMetric
    """The ones that squid answered with 5XX, because no connection to the address was possible."""
    denied: LogMetric
    """The ones that the allow list refused."""


_NATIVE = "[time, elapsed, client, {code}, bytes, method, url, user, peer, type]"
"""squid's own format (squid.conf, `logformat squid`), which Pay's proxies write. Exactly ten
fields, so that lines of squid's other log do not match."""


def proxy_log(side: ServiceSide) -> ProxyLog:
    """Return the metrics of the log of a side of a proxy."""
    # EC2's have the names and the addresses that they had while they counted both sides.
    prefix = "" if side.side is Side.EC2 else f"{side.side}_"

    def counted(what: str, code: str) -> LogMetric:
        id = f"{prefix}{what}"
        return LogMetric(
            metric=Metric(
                id=id,
                namespace=NAMESPACE,
                name=f"{side.environment.name}-{side.service.name}-{id.replace('_', '-')}",
                statistic="Sum",
                unit="Count",
                dimensions=(),
            ),
            log_group=side.log_group(side.service.log_kind),
            pattern=_NATIVE.format(code=code),
        )

    return ProxyLog(
        tunnels=counted("tunnels", "code=*/*"),
        failed=counted("failed_tunnels", "code=*/5*"),
        denied=counted("denied_tunnels", "code=*DENIED*"),
    )
