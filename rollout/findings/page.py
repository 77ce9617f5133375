"""The findings of an environment as one HTML page, from the same lines as the table."""

from collections.abc import Sequence

from pay.pages import templates
from rollout.findings.finding import FindingState
from rollout.findings.listing import FindingLine
from rollout.findings.report import folded, headline, in_state, mistakes, moves, since, until
from rollout.findings.unknown import UnreadTool


def as_page(
    environment: str,
    lines: Sequence[FindingLine],
    unread: Sequence[UnreadTool],
    left_out: Sequence[str],
) -> str:
    """Return the page; it needs no other file."""
    return (
        templates("rollout.findings")
        .get_template("findings.html.j2")
        .render(
            environment=environment,
            headline=headline(lines, unread),
            mistakes=mistakes(environment, lines, unread),
            open=in_state(lines, FindingState.OPEN),
            suppressed=folded(lines),
            resolved=in_state(lines, FindingState.RESOLVED),
            left_out=left_out,
            since=since,
            until=until,
            moves=moves,
        )
    )
