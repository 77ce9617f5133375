"""The record of releases: each deployment of a release with its digests and its verdict.

Each environment and service has one file, `releases/<environment>/<service>.jsonl` beside the
environment files. It has one release a line and is only appended to, like the journal of moves. The
line of one environment is the proof that the next one asks for.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from pay.model import Side
from pay.model.base import Model
from pay.model.problem import InvalidInput, Problem
from pay.model.text_types import ImageDigest
from rollout.moves.journal import CLOCK_DIFFERENCE, append, is_utc
from rollout.moves.json_lines import out_of_time, read_lines

Digests = Mapping[str, ImageDigest]
"""Container -> the digest of its image."""


class ReleaseVerdict(StrEnum):
    """The result of a release."""

    GOOD = "good"
    """Every side runs it, and its smoke tests passed."""
    BAD = "bad"
    """It did not start, or a smoke test failed, so the release before it was put back."""
    NOT_KNOWN = "not known"
    """Every side runs it, and no smoke test was run."""


class Release(Model):
    """One line of the record."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    at: Annotated[AwareDatetime, AfterValidator(is_utc)]
    """The time when the verdict was known, in UTC."""
    by: str
    """The author, as `rollout.moves.journal.author` returns it."""
    release: Annotated[int, Field(ge=1)]
    """N of the tag `N-release` of the service's own image."""
    digests: Digests
    """Of every container that was deployed, sidecars too."""
    before: int | None = Field(default=None, alias="from")
    """The release that ran before; None: its image has no tag `N-release`."""
    verdict: ReleaseVerdict
    rollback: bool = False
    """True when it went back to a release that ran here before."""
    smoke: Mapping[Side, tuple[str, ...]] = {}
    """Side -> the ids of the runs of its smoke tests."""
    without_smoke: str | None = None
    """The reason why no smoke test was run."""
    because: str | None = None
    """The reason why it is bad."""
    patch: str | None = None
    """The sidecar that got another release; None if the service got one. A line with a sidecar
    says nothing about the service's own release, which ran before."""
    plans: str
    """The sha256 of the list of all plan files that were applied, as a review names it."""

    def line(self) -> str:
        """Return the release as a line of its file, without keys that hold their defaults."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


def releases_path(folder: Path, environment: str, service: str) -> Path:
    """Return the file of a service's releases; `folder` holds the environment files."""
    return folder / "releases" / environment / f"{service}.jsonl"


def append_release(folder: Path, environment: str, service: str, release: Release) -> Path:
    """Add a line to the record and return its file. Raises OSError when it cannot."""
    path = releases_path(folder, environment, service)
    append(path, release.line())
    return path


def read_releases(
    folder: Path, environment: str, service: str, *, now: datetime | None = None
) -> tuple[Release, ...]:
    """Return the releases of a service in an environment, the oldest first; none without a file.

    Raises InvalidInput with every line that is not a release, or is later than `now`, by default
    the clock's.
    """
    releases, problems = read_what_is_right(folder, environment, service, now=now)
    if problems:
        raise InvalidInput(problems)
    return releases


def read_what_is_right(
    folder: Path, environment: str, service: str, *, now: datetime | None = None
) -> tuple[tuple[Release, ...], tuple[Problem, ...]]:
    """Return the same, and what is wrong with the other lines."""
    path = releases_path(folder, environment, service)
    if not path.exists():
        return (), ()
    latest = (now or datetime.now(UTC)) + CLOCK_DIFFERENCE
    where = f"releases/{environment}/{path.name}"
    releases: list[Release] = []
    problems: list[Problem] = []
    for number, entry in read_lines(path, Release, where):
        if isinstance(entry, Problem):
            problems.append(entry)
        elif entry.at > latest:
            allowed = "the time of the release"
            problems.append(out_of_time(entry.at, where, number, allowed=allowed))
        else:
            releases.append(entry)
    return tuple(sorted(releases, key=lambda release: release.at)), tuple(problems)


def that_ran(releases: Iterable[Release]) -> Iterator[Release]:
    """Yield the releases that every side ran after their deployment."""
    return (release for release in releases if release.verdict is not ReleaseVerdict.BAD)


def proof(releases: Iterable[Release], number: int) -> Release | None:
    """Return the latest deployment of a release if it was good and nobody rolled it back. None:
    this environment proves nothing for the next one. A rollback to a release says nothing about it,
    nor does a patch of a sidecar.
    """
    lines = [
        each
        for each in releases
        if not each.patch
        and (each.before == number != each.release if each.rollback else each.release == number)
    ]
    is_proof = lines and lines[-1].verdict is ReleaseVerdict.GOOD and not lines[-1].rollback
    return lines[-1] if is_proof else None
