"""A stage that was written into an environment's file without `pay`, in words."""

from itertools import takewhile

from pay.model import Ladder, Stage
from pay.model.stage.transitions import find_edge
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Finding


def changed_by_hand(standings: Standings, environment: str, service: str) -> Finding | None:
    """Return how the file and the journal disagree about a service's stage; None if they agree."""
    target = standings.environments[environment]
    stage, last = target.services[service].stage, standings.last_recorded(environment, service)
    if stage is last:
        return None
    return Finding(
        "by-hand",
        f"{service}: {environment}.toml has {stage}, its journal {last}; "
        + _way(target.ladder, last, stage),
        f"write {last} again and use `pay`; if {stage} is deployed, record each move in "
        f"journal/{environment}/{service}.jsonl",
        "by hand",
        refuses=False,
    )


def _way(ladder: Ladder, last: Stage, stage: Stage) -> str:
    if find_edge(ladder, last, stage):
        return "nobody recorded the move"
    if stage.position < last.position:
        return f"no way leads back from {last} to {stage}"
    skipped = takewhile(
        lambda each: each is not stage, (s for s in ladder.stages if s.position > last.position)
    )
    return f"skipped without a judgement: {', '.join(skipped)}"
