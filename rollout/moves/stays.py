"""Reads from the journals what dashboards show.

A journal that cannot be read takes a line from a dashboard and blocks no stack. The way back has to
stay open.
"""

from collections.abc import Mapping
from pathlib import Path

from pay.model import Environment
from pay.model.monitoring.stay import Stay
from pay.model.problem import Problem
from pay.model.stage.transitions import Direction
from rollout.moves.journal import Move, Place, reached, read_needed
from rollout.terminal.time_text import local


def stays(
    folder: Path, environments: Mapping[str, Environment]
) -> tuple[Mapping[Place, Stay], tuple[Problem, ...]]:
    """Return the stay of each service that came to its stage by a move. Also return the mistakes in
    the journals of these environments. `folder` holds the environment files.
    """
    journals, problems = read_needed(folder, lambda _: False)
    shown = {}
    for (environment, service), moves in journals.items():
        target = environments.get(environment)
        if target is None or service not in target.services:
            continue
        if since := reached(moves, target.services[service].stage):
            shown[environment, service] = Stay(since=since, came=_came(moves[-1]))
    own = tuple(each for each in problems if Path(each.where).parent.name in environments)
    return shown, own


def _came(move: Move) -> str:
    """Say how a service came to its stage, by what its move keeps. The newest verdict would change
    a dashboard with every look of the judge.
    """
    how = "rolled back" if move.direction is Direction.ROLLBACK else "promoted"
    # CloudWatch's console shows UTC, or the time of the browser.
    text = f"Since {local(move.at)} in London: {how} from {move.before}"
    if judged := move.judged:
        text += f" after {judged.verdict} up to {local(judged.end)}"
        text += f" ({judged.reasons(judged.verdict)})"
    return f"{text}, on the evidence in the journal." if move.evidence else f"{text}."
