"""The metrics and the alarms of what is counted in the lines of log groups, a row each."""

from pay.model.alarms import MAX_ERROR_PERCENT, Alarm
from pay.model.environment.environment import Environment
from pay.model.expected_traffic import all_requests, choose_window, smallest_weight
from pay.model.log_metrics import LogMetric, proxy_log
from pay.model.metrics import MIN_REQUESTS, Share
from pay.model.service.microservice import Microservice
from pay.model.side import ServiceSide
from pay.model.stage.stage import FULL_WEIGHT
from pay.model.vocabulary import Severity, Side


def log_metrics(service: Microservice, environment: Environment) -> tuple[LogMetric, ...]:
    """Return what is counted of a service: a proxy has tunnels, which no load balancer sees. Of
    both sides at every stage, as their log groups are there.
    """
    if not service.is_proxy:
        return ()
    sides = (ServiceSide(service, environment, side) for side in Side)
    return tuple(metric for side in sides for metric in proxy_log(side))


def log_alarms(service: Microservice, environment: Environment) -> tuple[Alarm, ...]:
    """Return the alarms on it, one for each side that the service has at its stage."""
    stage = environment.services[service.name].stage
    if not service.is_proxy:
        return ()
    sides = (ServiceSide(service, environment, side) for side in Side if stage.has(side))
    return tuple(map(_failed_tunnels, sides))


def _failed_tunnels(side: ServiceSide) -> Alarm:
    log = proxy_log(side)
    # No move changes the window, or the guard would have to take each change for a weaker alarm.
    weight = smallest_weight(side.environment.ladder, side.side)
    rate = all_requests(side.service, side.environment) * weight / FULL_WEIGHT
    window, least = choose_window(rate, MIN_REQUESTS)
    return Alarm(
        name=log.failed.metric.id.replace("_", "-"),
        metric=Share(
            id="failed_percent",
            label="failed tunnels, per cent",
            part=(log.failed.metric,),
            whole=(log.tunnels.metric,),
            min_whole=least,
        ),
        threshold=MAX_ERROR_PERCENT,
        description=f"More than {MAX_ERROR_PERCENT} % of the tunnels of {side.service.name} on "
        f"{side.side} fail.",
        severity=Severity.WARNING,
        **window._asdict(),
    )
