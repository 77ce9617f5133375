"""The alarm on a service whose requests no longer arrive, on neither side.

A band of CloudWatch rings on most bank holidays, and a formula cannot look a week back. A floor
under a quiet hour is right on every day. It sees that almost nothing comes. A smaller dip is for
the judge, which knows what is usual (docs/decisions/0162).
"""

from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.expected_traffic import all_requests, choose_window
from pay.model.metrics import FAILED_PERCENT, Sum
from pay.model.monitoring.series import of_side
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Severity, Side

DIP = "dip"
"""The last part of the alarm's name."""
LEAST_PART = 4
"""Of the requests of a quiet hour: beyond chance, and an assumption that is twice too high."""
EXPECTED_REQUESTS = 120
"""In a period of a quiet hour. Busy clients make the most of them, and a few of those may rest."""
LONGEST_SECONDS = 1_800
"""A service that needs longer has no alarm, because the judge sees it as soon."""


def dip_alarm(service: Microservice, environment: Environment) -> Alarm | None:
    """Return the alarm. None where silence is usual: for a service with few requests and outside
    production, where requests come when somebody tests.
    """
    rate = all_requests(service, environment)
    window, _ = choose_window(rate, EXPECTED_REQUESTS)
    if not environment.production or window.period_seconds > LONGEST_SECONDS:
        return None
    whole = FAILED_PERCENT[service.load_balancer_type].whole
    least = int(rate * window.minutes / LEAST_PART)
    return Alarm(
        name=DIP,
        metric=Sum(
            id="all_requests",
            label="requests on both sides",
            # With those that a load balancer answers itself without a healthy task. They came, too.
            metrics=tuple(of_side(each, side) for side in Side for each in whole),
            # A period that a closure has a part of is not judged.
            closed=tuple(
                (begins - window.period_seconds, ends)
                for begins, ends in (c.seconds for c in environment.closures_of(service.name))
            ),
            while_closed=least,
        ),
        comparison="LessThanThreshold",
        threshold=least,
        description=f"Fewer than {least} requests reach {service.name} in {window.minutes:g} "
        f"minutes, on both sides together: a quiet hour brings {LEAST_PART} times as many.",
        severity=Severity.CRITICAL,
        # A load balancer that gets nothing reports no count.
        treat_missing_data="breaching",
        **window._asdict(),
    )
