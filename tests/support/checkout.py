"""A copy of the environment files that a test may change."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import Result

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from pay.model import Ladder, Stage
from pay.model.service.call_graph import neighbours
from pay.model.stage.transitions import Direction, Edge
from rollout.moves import journal
from rollout.moves.journal import Journals, Move, journal_path, read_needed
from rollout.moves.standings import Standings, load_standings
from tests.conftest import ROOT

COMMITTED = ROOT / "environments"
LONG_AGO = timedelta(days=30)

Pay = Callable[..., Result]
"""Runs `pay` with some arguments."""

Answer = tuple[int, Any]
PayJson = Callable[..., Answer]
"""Runs `pay ... --json`: its exit code and its answer."""


def read_journals(folder: Path, *, now: datetime | None = None) -> Journals:
    """Every journal below a folder of environment files; a mistake in any of them is raised."""
    return read_needed(folder, lambda _: True, now=now)[0]


@dataclass(frozen=True)
class Checkout:
    """A folder of environment files that a test may change."""

    folder: Path

    def file(self, environment: str) -> Path:
        return self.folder / f"{environment}.toml"

    def put(
        self,
        environment: str,
        service: str,
        stage: str,
        *,
        ago: timedelta | None = LONG_AGO,
        now: datetime | None = None,
    ) -> None:
        """Sets a stage, and tells the journal since when; `ago=None`: changed by hand."""
        path = self.file(environment)
        text = path.read_text()
        written = tomllib.loads(text)
        before = Stage(written["services"][service]["stage"])
        table = f'[services.{service}]\nstage = "{{}}"\n'
        assert table.format(before) in text
        path.write_text(text.replace(table.format(before), table.format(Stage(stage))))
        if ago is None or before == stage:
            return
        ladder = Ladder.model_validate(written["ladder"])
        forward = Stage(stage).position > before.position
        edge = Edge(
            before=before,
            after=Stage(stage),
            direction=Direction.FORWARD if forward else Direction.ROLLBACK,
        )
        at = (now or datetime.now(UTC)).replace(microsecond=0) - ago
        entry = journal.move(ladder, edge, at=at, by="test")
        journal.append(journal_path(self.folder, environment, service), entry.line())

    def set(self, environment: str, line: str) -> None:
        """Puts a line among the environment's own settings."""
        path = self.file(environment)
        path.write_text(path.read_text().replace("max_step =", f"{line}\nmax_step =", 1))

    def stage(self, environment: str, service: str) -> Stage:
        written = tomllib.loads(self.file(environment).read_text())
        return Stage(written["services"][service]["stage"])

    def moves(self, environment: str, service: str) -> tuple[Move, ...]:
        return read_journals(self.folder).get((environment, service), ())

    def contents(self) -> dict[str, bytes]:
        """Every file, to see that nothing was written."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def standings(self, now: datetime) -> Standings:
        return load_standings(self.folder, now)


def fresh_checkout(folder: Path) -> Checkout:
    """The committed environment files with every service at `legacy` and no journal."""
    folder.mkdir()
    for path in environment_files(COMMITTED).values():
        text = re.sub(r'^stage = ".*"$', 'stage = "legacy"', path.read_text(), flags=re.MULTILINE)
        (folder / path.name).write_text(text)
    return Checkout(folder)


def strangers(service: str) -> list[str]:
    """Return services of which none calls another, nor the one that is named."""
    chosen = [service]
    for name in CATALOGUE:
        if name not in chosen and not set(neighbours(CATALOGUE, name)) & set(chosen):
            chosen.append(name)
    return chosen[1:]
