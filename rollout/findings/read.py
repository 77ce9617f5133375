"""Reads the findings about an environment along the account's road, each once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from botocore.exceptions import ClientError

from pay.model import Environment
from pay.model.watching.accounts import Road
from pay.model.watching.suppressions import Suppression
from rollout.aws.clients import Client
from rollout.findings import guardduty, hub, inspector, scans
from rollout.findings.finding import FindingState, SecurityFinding, Tool, once_each
from rollout.findings.places import Words
from rollout.findings.suppressed import with_reasons
from rollout.findings.unknown import UnreadTool, not_ours

Reader = Callable[[], Iterable[SecurityFinding | UnreadTool]]

LEFT_OUT = "Security Hub's own controls: only the road `hub` reads them"
"""By the road `direct`."""


@dataclass(frozen=True)
class Answers:
    """The answers of an account's tools about one environment."""

    findings: tuple[SecurityFinding, ...]
    unread: tuple[UnreadTool, ...]
    """Tools and findings about which nobody knows."""
    left_out: tuple[str, ...] = ()
    """The questions that the account's road leaves out, by its own choice."""


def read(
    environment: Environment,
    others: Iterable[str],
    client: Client,
    *,
    suppressions: Iterable[Suppression] = (),
    since: datetime,
    now: datetime,
) -> Answers:
    """Ask every tool. `others` are the other environments of the account, whose findings are left
    out. `since` limits what Security Hub lists of findings that are over.

    By the road `hub`, GuardDuty and Inspector are read from Security Hub alone. What a filter of
    GuardDuty archives never gets there, so GuardDuty is asked for it. ECR's scans say where an
    image runs, and name Inspector's findings by the same ARN. An account that nobody watches is
    asked tool by tool.
    """
    words = Words(environment, frozenset(others) - {environment.name})
    entries = [each for each in suppressions if each.environment == environment.name]
    road = environment.watching.road if environment.watching else Road.DIRECT
    of_tools: dict[Tool, Reader] = {
        Tool.GUARDDUTY: lambda: guardduty.read(words, client),
        Tool.INSPECTOR: lambda: inspector.read(words, client),
    }
    readers: dict[Tool, Reader]
    if road is Road.HUB:
        readers = {Tool.SECURITY_HUB: lambda: hub.read(words, client, since)}
        if any(each.volume for each in entries):
            readers[Tool.GUARDDUTY] = _suppressed_by(of_tools[Tool.GUARDDUTY])
    else:
        readers = {**of_tools}
    readers[Tool.ECR] = lambda: scans.read(words, client, now)
    answers = [each for tool, reader in readers.items() for each in _asked(tool, reader)]
    unread = tuple(dict.fromkeys(each for each in answers if isinstance(each, UnreadTool)))
    findings = tuple(each for each in answers if isinstance(each, SecurityFinding))
    running = _that_run(once_each(findings), findings)
    reasoned = with_reasons(running, entries, now.date())
    return Answers(tuple(reasoned), unread, () if road is Road.HUB else (LEFT_OUT,))


def _suppressed_by(reader: Reader) -> Reader:
    """Return a reader of what a tool's own filter suppresses; all else is in Security Hub."""
    return lambda: (
        each
        for each in reader()
        if isinstance(each, UnreadTool) or each.state is FindingState.SUPPRESSED
    )


def _that_run(
    once: Iterable[SecurityFinding], all_: Iterable[SecurityFinding]
) -> Iterator[SecurityFinding]:
    """Yield each finding; one that ECR does not name in the images that run is in an old image."""
    scanned = {each.key: each.repository for each in all_ if each.tool is Tool.ECR}
    repositories = set(scanned.values())
    for each in once:
        is_old = each.repository in repositories and each.key not in scanned
        yield replace(each, runs=False) if is_old and each.severity.is_high else each


def _asked(tool: Tool, reader: Reader) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield what a reader yields, and at its end what AWS refused."""
    try:
        yield from reader()
    except ClientError as error:
        yield not_ours(tool, error)
