"""Reads what is known of versions outside: `known.toml`, with a date and a source in each row."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pay.files import read_text
from pay.model.problem import InvalidInput, Problem
from pay.shown_text import quoted
from pay.toml_text import NotToml, parse
from rollout.versions.pinned import Pinned, Source

KNOWN = Path(__file__).with_name("known.toml")


class _StrictTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_link(text: str) -> str:
    if not text.startswith("https://"):
        raise ValueError("is not a link: name the page, https://...")
    return text


SourceLink = Annotated[str, AfterValidator(_is_link)]


class EndOfLife(_StrictTable):
    """The day after which versions that begin with `cycle` get no fixes."""

    cycle: str
    """The first parts of a version: `20` are all of Node 20."""
    on: date
    source: SourceLink
    plan: str = ""
    """The plan for it, and where that stands (PCI DSS v4.0.1, 12.3.4)."""
    until: date | None = None
    """The day on which the plan has to be carried out."""

    def holds(self, pin: Pinned) -> bool:
        """Return whether a pin is of this cycle."""
        return f"{pin.number}.".startswith(f"{self.cycle}.")


class Known(_StrictTable):
    """A row of `known.toml`."""

    newest: str
    checked: date
    source: SourceLink | None = None
    """The page that says so; packages need none, their registry does."""
    ends: tuple[EndOfLife, ...] = ()

    def end_of(self, pin: Pinned) -> EndOfLife | None:
        """Return when the pinned version ends, when that is known."""
        holding = [each for each in self.ends if each.holds(pin)]
        return max(holding, key=lambda each: len(each.cycle), default=None)


class _Versions(_StrictTable):
    programs: dict[str, Known] = Field(default_factory=dict)
    pypi: dict[str, Known] = Field(default_factory=dict)
    npm: dict[str, Known] = Field(default_factory=dict)


Rows = Mapping[tuple[Source, str], Known]


def load(path: Path = KNOWN) -> Rows:
    """Return the rows of a file. Raises InvalidInput with all mistakes at once."""
    try:
        table = _Versions.model_validate(parse(read_text(path)))
    except NotToml as error:
        problem = Problem(where=str(path), line=error.line, found=str(error), allowed="TOML")
        raise InvalidInput([problem]) from None
    except ValidationError as error:
        raise InvalidInput(_problems(path, error)) from None
    rows = {
        (source, name): row for source in Source for name, row in getattr(table, source).items()
    }
    if missing := [
        Problem(
            where=str(path),
            key=f"{source}.{name}",
            found="no source",
            allowed="the page that says so",
            fix='add source = "https://..."',
        )
        for (source, name), row in rows.items()
        if source is Source.PROGRAMS and row.source is None
    ]:
        raise InvalidInput(missing)
    return rows


def _problems(path: Path, error: ValidationError) -> Iterator[Problem]:
    for each in error.errors(include_url=False):
        yield Problem(
            where=str(path),
            key=".".join(map(str, each["loc"])),
            found=quoted(each["input"]),
            allowed=each["msg"].removeprefix("Value error, "),
        )
