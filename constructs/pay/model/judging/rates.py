"""The evidence that a rate of failures is below a limit."""

from bisect import bisect_left
from math import exp, inf, log

from pay.model.judging.e_values import PASSES_AT
from pay.model.judging.limits import BETTER_BY


def evidence_below(errors: float, requests: float, limit: float) -> float:
    """Return the e-value against "the rate is at least `limit`"."""
    if limit >= 1:
        return 0.0
    return sum(
        exp(
            min(
                600.0,
                (errors * log(part) if part else (-inf if errors else 0.0))
                + (requests - errors) * log((1 - limit * part) / (1 - limit)),
            )
        )
        for part in BETTER_BY
    ) / len(BETTER_BY)


def needed_requests(errors: float, limit: float) -> int:
    """Return the requests with `errors` among them that prove a rate below `limit`."""
    most = int((50 + 10 * errors) / limit)
    return bisect_left(range(most), PASSES_AT, key=lambda n: evidence_below(errors, n, limit))
