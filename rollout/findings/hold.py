"""Asks protective monitoring about a service before a promotion."""

from rollout.findings.about import read_about
from rollout.findings.answer_record import read_answers
from rollout.findings.finding import FindingState
from rollout.findings.listing import FindingLine, lines
from rollout.moves.smoked import Reach
from rollout.moves.standings import Standings
from rollout.moves.watched import OpenFinding, Watched
from rollout.terminal.refusal import Refused


def watch_service(standings: Standings, environment: str, service: str, reach: Reach) -> Watched:
    """Return the findings that hold a promotion of a service.

    What happened, such as a program that is not in the image, holds at once. A vulnerability holds
    when it is late. Both sides run the same image, so a move neither adds nor removes one.
    """
    target = standings.environments[environment]
    now = standings.now
    answers = read_answers(standings.folder, [environment], now)[environment]
    try:
        with reach(target) as client:
            reported = read_about(standings, target, client, now)
    except Refused as refusal:
        return Watched(unread=tuple(finding.reason for finding in refusal.findings))
    listed = lines(reported.findings, answers, standings, environment, now)
    findings = tuple(_open_finding(each, service) for each in listed if _holds(each, service))
    return Watched(findings, tuple(f"{each.tool}: {each.reason}" for each in reported.unread))


def _holds(line: FindingLine, service: str) -> bool:
    finding = line.finding
    return (
        finding.state is FindingState.OPEN
        and finding.severity.is_high
        and service in finding.services
        and (line.is_late or not finding.is_weakness)
    )


def _open_finding(line: FindingLine, service: str) -> OpenFinding:
    finding = line.finding
    sides = (each.side for each in finding.places if each.service == service and each.side)
    what = f"{finding.tool}, {finding.severity}: {finding.title}"
    return OpenFinding(finding.id, what, tuple(dict.fromkeys(sides)))
