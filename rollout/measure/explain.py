"""Explains in words how each number of a verdict was calculated."""

from collections.abc import Callable, Iterable, Mapping

from pay.model.judging import database, dip, hosts, latency, line, queues, share
from pay.model.judging.bursts import LEAST_ERRORS, LEAST_RATE
from pay.model.judging.e_values import FAILS_AT, PASSES_AT
from pay.model.judging.limits import (
    CLIENT_ERRORS,
    SERVER_ERRORS,
    SHORTEST_MINUTES,
    WORSE_BY,
    Failing,
)
from pay.model.judging.part import Part
from pay.model.metrics import (
    CLIENT_ERROR_PERCENT,
    DATABASE_CONNECTIONS,
    DATABASE_CPU,
    DATABASE_READ_LATENCY,
    ERROR_PERCENT,
    Metric,
)
from pay.model.stage.parts import PartName

E_VALUES = (
    "An e-value is the wealth of a bet that gains nothing on average while all is well. So it "
    f"passes {FAILS_AT:g} in at most 1 of {FAILS_AT:g} healthy stages, however often you look."
)


def explain(name: PartName, part: Part) -> list[str]:
    """Return the sentences: what was counted, by which formula, against which limits."""
    numbers = part.numbers
    return [text for text in _TEXTS[name](part, numbers) if text]


Numbers = Mapping[str, float]


def _named(metrics: Iterable[Metric]) -> str:
    return " and ".join(metric.name for metric in metrics)


_REQUESTS = _named(ERROR_PERCENT.whole)


def _failures(part: Part, numbers: Numbers, failing: Failing) -> list[str]:
    ratios = ", ".join(f"{times:g}" for times in WORSE_BY)
    return [
        f"Each block of {numbers['block_minutes']:g} minutes has one vote. A block of five minutes "
        "with unusually many errors has a second one.",
        "A vote is the mean likelihood ratio of the block's errors. Fargate's rate is "
        f"{ratios} times {failing.tolerance:g} times EC2's, against at most "
        f"{failing.tolerance:g} times.",
        "Half of the stake is bet at the start, and a part of the rest each hour. The evidence is "
        f"the mean over the ratios and both kinds of votes: {part.e_values['e_worse']:.4g}.",
        f"FAIL needs {FAILS_AT:g} and {failing.least_errors} errors on Fargate. It also needs "
        f"errors in {failing.least_rate:.1%} of its requests of the stage or of the last hour.",
    ]


def _errors(part: Part, numbers: Numbers) -> list[str]:
    if "e_worse" not in part.e_values:
        return [*_rate(part, numbers), "Fargate answers everything, so errors alone never FAIL."]
    return [
        f"Requests are {_REQUESTS}, errors {_named(ERROR_PERCENT.part)}. Behind a Network Load "
        "Balancer they are flows and resets.",
        *_failed_requests(part, numbers),
    ]


def _failed_requests(part: Part, numbers: Numbers) -> list[str]:
    return [
        *_failures(part, numbers, SERVER_ERRORS),
        f"PASS counts plainly: how sure is it that Fargate's rate is under {numbers['limit']:.2%}? "
        "The limit is that of the stage's share, or a multiple of the lower end of EC2's own rate.",
        f"That evidence is {part.e_values['e_better']:.4g}, and {PASSES_AT:g} passes after "
        f"{SHORTEST_MINUTES} minutes in which both sides answered.",
        f"A burst is {LEAST_ERRORS} errors and {LEAST_RATE:.0%} in five minutes. One of Fargate "
        "alone forbids to pass, unless the week before had as many. So does a last hour over the "
        "limit.",
    ]


def _client_errors(part: Part, numbers: Numbers) -> list[str]:
    return [
        f"Requests are {_REQUESTS}; errors are {_named(CLIENT_ERROR_PERCENT.part)}.",
        *_failures(part, numbers, CLIENT_ERRORS),
        f"It passes after {SHORTEST_MINUTES} minutes in which both sides answered.",
    ]


def _rate(part: Part, numbers: Numbers) -> list[str]:
    if "limit" not in numbers:
        return []
    return [
        "No other side answers at the same time, so the week before stands in its place: "
        f"{numbers['usual_rate']:.3%} failed there.",
        f"Failures scattered {numbers['dispersion']:.1f} times as much as chance alone, so each "
        "count weighs that much less.",
        f"The evidence that the rate is under {numbers['limit']:.2%} is "
        f"{part.e_values['e_better']:.4g}, and {PASSES_AT:g} passes.",
    ]


def _latency(part: Part, numbers: Numbers) -> list[str]:
    if "slower_by" not in numbers:
        return []
    by = f"{numbers['slower_by']:g}"
    return [
        "The smaller side's rate in the first hours chooses the highest percentile. It also "
        "chooses the shortest block with enough requests for it.",
        f"Each block of {numbers['block_minutes']:g} minutes has one vote: is Fargate over {by} "
        f"times EC2? {numbers['slower']:g} of {numbers['blocks']:g} were.",
        f"The evidence of slower is {part.e_values['e_worse']:.4g} ({FAILS_AT:g} fails, "
        f"{latency.BLOCKS_TO_FAIL} blocks in a row), of not slower "
        f"{part.e_values['e_better']:.4g} ({PASSES_AT:g} passes).",
        f"The ratio {numbers['ratio']:.2f} is the median over all pairs of blocks (Hodges and "
        "Lehmann).",
    ]


def _dip(part: Part, numbers: Numbers) -> list[str]:
    if "low" not in numbers:
        return []
    return [
        "Expected is the median of the same local time in the four weeks before, without bank "
        "holidays and closures. It is multiplied by the level of the two hours before, without "
        "their last ten minutes.",
        f"A block of {numbers['block_minutes']:g} minutes is low under {dip.LOW_SHARE:.0%} of at "
        f"least {dip.LEAST_EXPECTED} expected requests, beyond chance. {numbers['low']:g} of "
        f"{numbers['blocks']:g} were.",
        f"The evidence of a dip is {part.e_values['e']:.4g}, and {FAILS_AT:g} fails: two or three "
        "low blocks.",
    ]


_HIGH = (
    f"{line.LATE_TIMES} times the highest of the week before, in {line.LATE_PERIODS} of the last "
    f"{line.LATE_OF} periods of five minutes"
)


def _queues(part: Part, numbers: Numbers) -> list[str]:
    return [
        "SQS counts by queue and not by side. Both sides receive, so Fargate works about "
        f"{queues.SHARE:.0%} of the messages at every weight.",
        "A new dead letter fails where the week before had none. A message that was received and "
        "not deleted counts as failed, against the rate of the week before.",
        f"A queue is long beyond {_HIGH}.",
    ]


def _tunnels(part: Part, numbers: Numbers) -> list[str]:
    return [
        "Tunnels are counted from squid's log of each side, when they end; 5XX and refused ones "
        "failed.",
        *(_failed_requests(part, numbers) if "e_worse" in part.e_values else _rate(part, numbers)),
    ]


_TEXTS: Mapping[PartName, Callable[[Part, Numbers], list[str]]] = {
    PartName.ERRORS: _errors,
    PartName.CLIENT_ERRORS: _client_errors,
    PartName.LATENCY: _latency,
    PartName.TUNNELS: _tunnels,
    PartName.DIP: _dip,
    PartName.SHARE: lambda part, numbers: [
        "The last hour counts. Under a quarter of the weight, clients do not arrive, where at "
        f"least {share.LEAST_EXPECTED} requests were expected. Nor do they without one request in "
        "half an hour.",
        "More than three times the weight and 15 per cent looks like DNS failing over.",
    ],
    PartName.IDLE: lambda part, numbers: [
        "No weight leads to EC2: any request of the last hour comes from a client that keeps it."
    ],
    PartName.QUEUES: _queues,
    PartName.DATABASE: lambda part, numbers: [
        "Both sides share the database, so it never fails. It forbids to pass where connections, "
        f"CPU or the time to read are beyond {_HIGH}.",
        f"{database.LEAST[DATABASE_CONNECTIONS]:g} connections, {database.LEAST[DATABASE_CPU]:g} % "
        f"and {1000 * database.LEAST[DATABASE_READ_LATENCY]:g} ms are never too many. These limits "
        "are assumptions until weeks of metrics correct them.",
    ],
    PartName.HOSTS: lambda part, numbers: [
        f"FAIL is too few healthy tasks on Fargate in {hosts.LOW_MINUTES} of {hosts.LOW_OF} "
        "minutes, while EC2 has its own.",
        f"The count is also the heartbeat: PASS needs it in {hosts.HEARTBEATS} of the last "
        f"{hosts.HEARTBEATS_OF} minutes on both sides.",
    ],
    PartName.ALARMS: lambda part, numbers: [
        "FAIL is a critical alarm of Fargate while EC2 has none, of any kind. Both sides in ALARM "
        "is not a fault of Fargate's."
    ],
}
