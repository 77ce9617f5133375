"""The alarms on what is counted in the lines of a log group, a row each.

A count is of both sides: they share a log group, and a filter cannot ask for a stream
(docs/decisions/0122-keep-log-groups-in-the-platform.md).
"""

from pay.model.alarms import MAX_ERROR_PERCENT, Alarm
from pay.model.environment.environment import Environment
from pay.model.expected_traffic import all_requests, choose_window
from pay.model.log_metrics import LogMetric, proxy_log
from pay.model.metrics import MIN_REQUESTS, Share
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Severity


def log_metrics(service: Microservice, environment: Environment) -> tuple[LogMetric, ...]:
    """Return what is counted of a service: a proxy has tunnels, which no load balancer sees."""
    return tuple(proxy_log(environment, service)) if service.is_proxy else ()


def log_alarms(service: Microservice, environment: Environment) -> tuple[Alarm, ...]:
    """Return the alarms on it."""
    if not service.is_proxy:
        return ()
    log = proxy_log(environment, service)
    window, least = choose_window(all_requests(service, environment), MIN_REQUESTS)
    return (
        Alarm(
            name="failed-tunnels",
            metric=Share(
                id="failed_percent",
                label="failed tunnels, per cent",
                part=(log.failed.metric,),
                whole=(log.tunnels.metric,),
                min_whole=least,
            ),
            threshold=MAX_ERROR_PERCENT,
            description=f"More than {MAX_ERROR_PERCENT} % of the tunnels of {service.name} fail, "
            "on both sides together.",
            severity=Severity.WARNING,
            **window._asdict(),
        ),
    )
