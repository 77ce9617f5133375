"""The alarm on how a service's requests are shared between its sides."""

from math import ceil

from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.expected_traffic import all_requests, choose_window
from pay.model.metrics import FAILED_PERCENT, Metric, Share
from pay.model.monitoring.series import of_side
from pay.model.service.microservice import Microservice
from pay.model.stage.dns_answers import share_at
from pay.model.stage.stage import FULL_WEIGHT
from pay.model.vocabulary import Severity, Side

SHARE = "share"
"""The last part of the alarm's name."""
LEAST_PART = 4
"""The judge calls a share below a quarter of its weight clients that do not arrive."""
EXPECTED_REQUESTS = 15
"""On Fargate in a period: of fewer, chance alone leaves a quarter now and then."""
MOST_AT_WEIGHT_0 = 15
"""Per cent: at weight 0 more than this on Fargate is DNS that fails over from EC2."""

REQUESTS_OF = {kind: share.whole[0] for kind, share in FAILED_PERCENT.items()}
"""The metric by which a load balancer counts its traffic, the first of those that failures are a
share of."""


def requests(service: Microservice, side: Side) -> Metric:
    """Return the metric of the requests that a side gets, or of its connections."""
    return of_side(REQUESTS_OF[service.load_balancer_type], side)


def share(service: Microservice, side: Side, *, least: int) -> Share:
    """Return the side's part of all requests, 0 with fewer than `least` requests in a period."""
    return Share(
        id=f"{side}_share",
        label=f"requests on {side}, per cent",
        part=(requests(service, side),),
        whole=tuple(requests(service, each) for each in Side),
        min_whole=least,
    )


def share_alarm(service: Microservice, environment: Environment) -> Alarm:
    """Return the alarm on Fargate's part of the requests at the stage's weight.

    A part that is too small is watched as EC2's part that is too large. The reason: a period
    with too few requests counts as 0. The periods are those of the first weight, so that they stay
    the same.
    """
    weight = fargate_weight(service, environment)
    first = list(environment.ladder.rungs.values())[1]
    rate = all_requests(service, environment)
    window, least = choose_window(rate, ceil(EXPECTED_REQUESTS * FULL_WEIGHT / first))
    if weight == 0:
        side, threshold = Side.FARGATE, float(MOST_AT_WEIGHT_0)
        says = (
            f"over {threshold:g} % of {service.name}'s requests at weight 0: DNS may have failed "
        )
        says += "over from EC2."
    else:
        side, threshold = Side.EC2, FULL_WEIGHT - weight / LEAST_PART
        says = f"less than {weight / LEAST_PART:g} % of {service.name}'s requests, at weight "
        says += f"{weight}: clients do not arrive there."
    return Alarm(
        name=SHARE,
        metric=share(service, side, least=least),
        threshold=threshold,
        description=f"Fargate gets {says}",
        severity=Severity.WARNING,
        **window._asdict(),
    )


def fargate_weight(service: Microservice, environment: Environment) -> int:
    """Return the per cent of answers that lead to Fargate at the service's stage."""
    stage = environment.services[service.name].stage
    return int(FULL_WEIGHT * share_at(environment.ladder, stage, Side.FARGATE))
