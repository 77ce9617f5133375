"""The verdicts beside the journal: what the judge said of a service, with and without a move."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from pay.model.problem import InvalidInput, Problem
from rollout.measure.judgement import Judgement
from rollout.moves.journal import RESTORE, VERDICTS, Place
from rollout.moves.standings import Standings

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
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                judgement = Judgement.model_validate_json(line)
            except ValidationError as error:
                problems += _mistakes(error, where, number)
                continue
            if (judgement.environment, judgement.service) != place:
                problems.append(_elsewhere(judgement, where, number))
            verdicts.setdefault(place, []).append(judgement)
    if problems:
        raise InvalidInput(problems)
    return {place: tuple(sorted(all_, key=lambda j: j.end)) for place, all_ in verdicts.items()}


def _mistakes(error: ValidationError, where: str, line: int) -> Iterator[Problem]:
    for mistake in error.errors():
        key = ".".join(map(str, mistake["loc"]))
        yield Problem(
            where=where,
            line=line,
            key=key,
            found="no verdict as `pay judge --record` writes it",
            allowed=mistake["msg"],
            fix=RESTORE,
        )


def _elsewhere(judgement: Judgement, where: str, line: int) -> Problem:
    return Problem(
        where=where,
        line=line,
        found=f"a verdict on {judgement.service} in {judgement.environment}",
        allowed="the service and the environment of the file",
        fix=RESTORE,
    )
