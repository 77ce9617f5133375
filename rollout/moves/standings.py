"""Where every service stands, and since when: environments, catalogue and journals together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Environment, Microservice, Stage
from pay.model.problem import InvalidInput, Problem
from pay.model.stage.transitions import Direction
from rollout.moves.journal import Journals, Move, read_all


@dataclass(frozen=True)
class Situation:
    """What the commands decide on; nothing in it changes while they do."""

    folder: Path
    """The folder of the environment files."""
    environments: Mapping[str, Environment]
    catalogue: Mapping[str, Microservice]
    journals: Journals
    now: datetime

    def stages(self, environment: str) -> dict[str, Stage]:
        """The stage of every service of an environment."""
        services = self.environments[environment].services
        return {name: deployment.stage for name, deployment in services.items()}

    def moves(self, environment: str, service: str) -> tuple[Move, ...]:
        """What the journal tells of a service in an environment, the oldest first."""
        return self.journals.get((environment, service), ())

    def since(self, environment: str, service: str) -> datetime | None:
        """Since when a service is at its stage; None when it never moved, or when its line was
        changed by hand and the journal does not know.
        """
        moves = self.moves(environment, service)
        stage = self.environments[environment].services[service].stage
        return moves[-1].at if moves and moves[-1].after is stage else None

    def was_changed_by_hand(self, environment: str, service: str) -> bool:
        """Whether the file and the journal tell different stages."""
        moves = self.moves(environment, service)
        told = moves[-1].after if moves else Stage.LEGACY
        return self.environments[environment].services[service].stage is not told

    def stays(self, environment: str, service: str) -> list[tuple[Stage, datetime, datetime]]:
        """The stages a service stayed at since its last rollback, with the moments of entering and
        leaving; the present stage is left now. What a rollback ended has proven nothing.
        """
        stays: list[tuple[Stage, datetime, datetime]] = []
        moves = self.moves(environment, service)
        for index, entry in enumerate(moves):
            left = moves[index + 1].at if index + 1 < len(moves) else self.now
            if entry.direction is Direction.ROLLBACK:
                stays.clear()
            stays.append((entry.after, entry.at, left))
        return stays


def load_situation(folder: Path, now: datetime) -> Situation:
    """Reads everything. Raises InvalidInput with every mistake of every file."""
    problems: list[Problem] = []
    environments: Mapping[str, Environment] = {}
    journals: Journals = {}
    try:
        environments = load_environments(folder)
    except InvalidInput as error:
        problems += error.problems
    try:
        journals = read_all(folder)
    except InvalidInput as error:
        problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return Situation(
        folder=folder,
        environments=environments,
        catalogue=CATALOGUE,
        journals=journals,
        now=now,
    )
