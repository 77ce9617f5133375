"""Moves a service one stage on, when every gate lets it pass."""

from rollout.moves import journal
from rollout.moves.gates import Promotion, findings
from rollout.moves.record_move import WrittenMove, write_move
from rollout.terminal.refusal import Refused


def promote(asked: Promotion, *, by: str) -> WrittenMove:
    """Write the stage and the journal's line of a promotion; `by` is its author.

    Raises Refused with every reason that blocks it; nothing is written then.
    """
    standings, edge = asked.standings, asked.edge
    reasons = findings(asked)
    if any(finding.refuses for finding in reasons):
        what = f"{asked.service} in {asked.environment} from {edge.before} to {edge.after}"
        raise Refused(what, reasons)
    entry = journal.move(
        asked.target.ladder,
        edge,
        at=standings.now,
        by=by,
        evidence=asked.evidence,
        judged=asked.judged.judgement,
        smoked=asked.smoked.verdict,
        adjacent=asked.adjacent if asked.moving_neighbours else None,
        approvers=asked.approvers,
    )
    return write_move(standings.folder, asked.target, asked.service, edge, entry, reasons)
