"""The verdicts beside the journal: what the judge said of a service, with and without a move."""

from collections.abc import Mapping

from pay.model.problem import InvalidInput, Problem
from rollout.measure.judgement import Judgement
from rollout.moves.journal import VERDICTS, Place
from rollout.moves.json_lines import RESTORE, read_lines
from rollout.moves.standings import Standings

MOST_BYTES = 2**25
"""A verdict has about 2 KiB: those of 10 days, with one each minute (`pay judge --watch`)."""

Verdicts = Mapping[Place, tuple[Judgement, ...]]
"""The judgements of each service in each environment, the oldest first."""


def read_verdicts(standings: Standings) -> Verdicts:
    """Return the recorded verdicts and those of moves.

    Raises InvalidInput with every line that is not one, or is another service's.
    """
    verdicts: dict[Place, list[Judgement]] = {}
    problems: list[Problem] = []
    for place, moves in standings.journals.items():
        verdicts[place] = [move.judged for move in moves if move.judged]
    for path in sorted((standings.folder / "journal").glob(f"[!.]*/[!.]*{VERDICTS}")):
        place = (path.parent.name, path.name.removesuffix(VERDICTS))
        where = f"journal/{path.parent.name}/{path.name}"
        for number, judgement in read_lines(path, Judgement, where, most=MOST_BYTES):
            if isinstance(judgement, Problem):
                problems.append(judgement)
                continue
            if (judgement.environment, judgement.service) != place:
                problems.append(_elsewhere(judgement, where, number))
            verdicts.setdefault(place, []).append(judgement)
    if problems:
        raise InvalidInput(problems)
    return {place: tuple(sorted(all_, key=lambda j: j.end)) for place, all_ in verdicts.items()}


def _elsewhere(judgement: Judgement, where: str, line: int) -> Problem:
    return Problem(
        where=where,
        line=line,
        found=f"a verdict on {judgement.service} in {judgement.environment}",
        allowed="the service and the environment of the file",
        fix=RESTORE,
    )
