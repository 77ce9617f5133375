"""Reports once what a reader cannot understand, and never drops it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from pay.shown_text import cut, printable
from rollout.aws.clients import moment_of
from rollout.contracts.seen import is_denied
from rollout.findings.finding import FindingSeverity, SecurityFinding, Tool

Document = Mapping[str, Any]
"""A finding as boto3 has it."""


@dataclass(frozen=True)
class UnreadTool:
    """A tool, or one of its findings, that could not be read. Nobody knows what it would say."""

    tool: Tool
    reason: str
    fix: str


class UnknownFormat(Exception):
    """A finding lacks what every finding of its tool has, or has another form."""


def needed(document: Document, *path: str) -> Any:
    """Return the value at a path. Raises UnknownFormat where it is missing or empty."""
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
        if value in (None, ""):
            raise UnknownFormat(f"it has no {'.'.join(path)}")
    return value


def moment(document: Document, *path: str) -> datetime:
    """Return the time at a path, in UTC. Raises UnknownFormat."""
    value = needed(document, *path)
    try:
        return value.astimezone(UTC) if isinstance(value, datetime) else moment_of(value)
    except (ValueError, TypeError):
        raise UnknownFormat(f"{'.'.join(path)} is {value!r}, not a time") from None


def severity(label: object) -> FindingSeverity:
    """Return a severity that a tool writes in words. Raises UnknownFormat for another word."""
    try:
        return FindingSeverity(str(label).lower())
    except ValueError:
        raise UnknownFormat(f"its severity is {label!r}") from None


def each_understood(
    tool: Tool,
    documents: Iterable[Document],
    identifier: str,
    understand: Callable[[Document], SecurityFinding | None],
) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield what each document says, or that it cannot be understood. `identifier` is the key that
    names a document; what `understand` returns None for is about another environment.
    """
    for document in documents:
        try:
            finding = understand(document)
        except (UnknownFormat, AttributeError, LookupError, TypeError, ValueError) as error:
            name = document.get(identifier) if isinstance(document, Mapping) else None
            why = str(error) if isinstance(error, UnknownFormat) else f"another form, {error!r}"
            yield UnreadTool(
                tool,
                f"finding {_shown(name or 'without an id')} has an unknown format: {_shown(why)}",
                f"look at it in the console of {tool}, and report it",
            )
        else:
            if finding:
                yield finding


def not_ours(tool: Tool, error: ClientError) -> UnreadTool:
    """Return that a tool did not answer; what it was denied is not ours to see, never "nothing"."""
    details = error.response.get("Error", {})
    call = error.operation_name
    if is_denied(details.get("Code", "")):
        return UnreadTool(
            tool,
            f"not ours to see: the shell's role may not call {call}",
            f"ask for the right to call {call}, or let its owners look",
        )
    why = _shown(details.get("Message") or error)
    return UnreadTool(tool, f"{call}: {why}", f"look whether {tool} is on")


def _shown(value: object) -> str:
    """Return a text of AWS's on one line."""
    return cut(printable(" ".join(str(value).split())))
