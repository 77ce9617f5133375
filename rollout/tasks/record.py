"""The record of migrations: each run with its release, its task and its end.

Each environment and service has one file, `migrations/<environment>/<service>.jsonl` beside the
environment files. It has one run a line and is only appended to, like the journal of moves. ECS
forgets a task after an hour; the record is what keeps a migration from running twice.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import AwareDatetime, Field

from pay.model.base import Model
from pay.model.problem import InvalidInput, Problem
from rollout.moves.journal import append
from rollout.moves.json_lines import read_lines


class MigrationRun(Model):
    """One line of the record."""

    at: AwareDatetime
    """The time when the task had ended, in UTC."""
    by: str
    """The author, as `rollout.moves.journal.author` returns it."""
    release: int = Field(ge=1)
    """The N of `N-release`, the image that ran."""
    task: str
    """The id of the task; its log stream ends with it."""
    exit_code: int | None = None
    """Of the service's container; None if it never ran."""
    because: str | None = None
    """The reason why it failed, in ECS's words."""

    @property
    def is_good(self) -> bool:
        return self.exit_code == 0

    def line(self) -> str:
        """Return the run as a line of its file."""
        return self.model_dump_json(exclude_none=True) + "\n"


def record_path(folder: Path, environment: str, service: str) -> Path:
    """Return the file of a service's migrations; `folder` holds the environment files."""
    return folder / "migrations" / environment / f"{service}.jsonl"


def append_run(folder: Path, environment: str, service: str, run: MigrationRun) -> None:
    """Add a line to the record. Raises OSError when it cannot."""
    append(record_path(folder, environment, service), run.line())


def read_runs(folder: Path, environment: str, service: str) -> tuple[MigrationRun, ...]:
    """Return the runs of a service's migrations, in the order of the file.

    Raises InvalidInput with every line that is not a run.
    """
    path = record_path(folder, environment, service)
    if not path.exists():
        return ()
    entries = [entry for _, entry in read_lines(path, MigrationRun, str(path))]
    if problems := [entry for entry in entries if isinstance(entry, Problem)]:
        raise InvalidInput(problems)
    return tuple(entry for entry in entries if isinstance(entry, MigrationRun))


def has_run(runs: Iterable[MigrationRun], release: int) -> MigrationRun | None:
    """Return the run that changed the database for a release; None if it has not been changed."""
    return next((run for run in runs if run.release == release and run.is_good), None)
