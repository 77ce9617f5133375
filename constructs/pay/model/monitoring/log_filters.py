"""What CloudWatch counts in the lines of a log group, a row each: add a metric filter here.

A filter counts both sides: they share a log group, and a pattern cannot ask for a stream
(docs/decisions/0122-keep-log-groups-in-the-platform.md).
"""

from typing import Annotated

from pydantic import Field

from pay.model.alarms import MAX_ERROR_PERCENT, Alarm
from pay.model.base import Model
from pay.model.environment.environment import Environment
from pay.model.expected_traffic import all_requests, choose_window
from pay.model.metrics import MIN_REQUESTS, Metric, Share
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Severity

NAMESPACE = "Pay/Logs"


class LogFilter(Model):
    """A metric filter, in the values that CloudWatch Logs accepts."""

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    """The last part of its name in AWS."""
    log_kind: str
    """Of the log group whose lines it reads."""
    pattern: Annotated[str, Field(max_length=1024)]
    """AWS: CloudWatch Logs API reference, `PutMetricFilter`, `filterPattern`."""
    metric: Metric
    """Counts the lines that match. It has no dimension: those could come from a line only."""


def log_filters(service: Microservice, environment: Environment) -> tuple[LogFilter, ...]:
    """Return the filters of a service: a proxy's answers, which its load balancer does not see."""
    if not service.is_proxy:
        return ()

    def of_lines(name: str, code: str) -> LogFilter:
        # squid's own format has ten fields. The count of them leaves out its other lines.
        fields = f"time, elapsed, client, {code}, bytes, method, url, user, peer, type"
        return LogFilter(
            name=name,
            log_kind=service.log_kind,
            pattern=f"[{fields}]",
            metric=proxy_lines(service, environment, name),
        )

    return (
        of_lines("answers", "code"),
        of_lines("failures", "code = */5*"),
        of_lines("denials", "code = *DENIED*"),
    )


def proxy_lines(service: Microservice, environment: Environment, what: str) -> Metric:
    """Return the metric of a proxy's `answers`, `failures` or `denials`."""
    return Metric(
        id=what,
        namespace=NAMESPACE,
        name=f"{environment.name}-{service.name}-{what}",
        statistic="Sum",
        unit="Count",
        dimensions=(),
    )


def log_alarms(service: Microservice, environment: Environment) -> tuple[Alarm, ...]:
    """Return the alarms on what the filters of a service count."""
    if not service.is_proxy:
        return ()
    answers, failures = (proxy_lines(service, environment, w) for w in ("answers", "failures"))
    rate = all_requests(service, environment)
    window, least = choose_window(rate, MIN_REQUESTS)
    return (
        Alarm(
            name="failures",
            metric=Share(
                id="failure_percent",
                label="failed connections, per cent",
                part=(failures,),
                whole=(answers,),
                min_whole=least,
            ),
            threshold=MAX_ERROR_PERCENT,
            description=f"More than {MAX_ERROR_PERCENT} % of what {service.name} answers is 500 "
            "or above, on both sides together.",
            severity=Severity.WARNING,
            **window._asdict(),
        ),
    )
