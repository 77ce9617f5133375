"""The stage of every service and its history: environments, catalogue and journals together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pay.catalogue import CATALOGUE
from pay.model import Environment, Microservice, Stage
from pay.model.problem import InvalidInput
from pay.model.stage.transitions import Direction
from rollout.moves.journal import Journals, Move, reached, read_needed
from rollout.terminal.environments import load_for, warn


@dataclass(frozen=True)
class Standings:
    """All that a command decides on, as it was read at its start."""

    folder: Path
    """The folder of the environment files."""
    environments: Mapping[str, Environment]
    catalogue: Mapping[str, Microservice]
    journals: Journals
    now: datetime

    def stages(self, environment: str) -> dict[str, Stage]:
        """Return the stage of every service of an environment."""
        services = self.environments[environment].services
        return {name: deployment.stage for name, deployment in services.items()}

    def moves(self, environment: str, service: str) -> tuple[Move, ...]:
        """Return the journal's moves of a service in an environment, the oldest first."""
        return self.journals.get((environment, service), ())

    def since(self, environment: str, service: str) -> datetime | None:
        """Return the time at which a service reached its stage. None: it never moved, or its line
        was changed by hand.
        """
        stage = self.environments[environment].services[service].stage
        return reached(self.moves(environment, service), stage)

    def last_recorded(self, environment: str, service: str) -> Stage:
        """Return the stage that the journal has; a file changed by hand has another."""
        moves = self.moves(environment, service)
        return moves[-1].after if moves else Stage.LEGACY

    def stays(self, environment: str, service: str) -> list[tuple[Stage, datetime, datetime]]:
        """Return the stages of a service since its last rollback, with the moments of entering and
        leaving. The present stage is left now. What a rollback ended has proven nothing.
        """
        stays: list[tuple[Stage, datetime, datetime]] = []
        moves = self.moves(environment, service)
        for move, left in zip(moves, [*(later.at for later in moves[1:]), self.now], strict=False):
            if move.direction is Direction.ROLLBACK:
                stays.clear()
            stays.append((move.after, move.at, left))
        return stays


def load_standings(folder: Path, now: datetime, environment: str | None = None) -> Standings:
    """Read everything; warn about mistakes in what a command about one environment does not need.

    Raises InvalidInput with every mistake of every file, or of the environment's and of those that
    it follows.
    """

    try:
        environments = load_for(folder, environment, with_followed=True)
    except InvalidInput as mistakes:
        try:
            read_needed(folder, _needed({}, environment), now=now)
        except InvalidInput as more:
            raise InvalidInput((*mistakes.problems, *more.problems)) from None
        raise
    known = {(name, service) for name, each in environments.items() for service in each.services}
    is_needed = _needed(environments, environment)
    journals, spared = read_needed(folder, is_needed, known=known, now=now)
    warn(spared)
    return Standings(folder, environments, CATALOGUE, journals, now)


def _needed(
    environments: Mapping[str, Environment], environment: str | None
) -> Callable[[str], bool]:
    """Return whether an environment is this one or one that it follows; for None every one is."""
    if environment is None:
        return lambda _: True
    chain = [environment]
    while (last := environments.get(chain[-1])) and last.follows:
        chain.append(last.follows)
    return chain.__contains__
