"""False positives of protective monitoring, in the form of the PCI gate's waivers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from pay.identifiers import DIGEST
from pay.model import names
from pay.model.accepted import Accepted
from pay.model.base import as_error
from pay.model.problem import InvalidInput, Problem
from pay.model.pydantic_errors import to_problems
from pay.model.text_types import EnvironmentName, ServiceName
from pay.model.vocabulary import Side
from pay.secrets.prose import in_prose
from pay.secrets.values import credentials
from pay.toml_entries import Entry, NotEntries, read_entries

FILE = "suppressions.toml"
"""Beside the environment files."""

LONGEST_OF_HIGH = timedelta(days=90)

SENT_TO_NOBODY = frozenset({"Backdoor", "CryptoCurrency", "Execution", "Impact", "Trojan"})
"""Threat purposes that GuardDuty may never archive, because an attack would leave no trace."""

_PRODUCTS: Mapping[str, str] = {
    "guardduty": "GuardDuty",
    "inspector": "Inspector",
    "security-hub": "Security Hub",
}
"""Tool -> `ProductName` in Security Hub."""

_CATEGORIES = (
    "TTPs",
    "TTPs/Command and Control",
    "TTPs/Initial Access",
    "Effects/Data Exfiltration",
    "Effects/Resource Consumption",
    "Software and Configuration Checks",
)

_WILDCARD = re.compile(r"[*?\[\]]|^(all|any|every)$", re.IGNORECASE)


class SuppressionTool(StrEnum):
    """The tool whose findings an entry suppresses."""

    GUARDDUTY = "guardduty"
    INSPECTOR = "inspector"
    SECURITY_HUB = "security-hub"
    """Its own controls."""


_FORMATS: Mapping[SuppressionTool, tuple[str, str]] = {
    SuppressionTool.GUARDDUTY: (
        r"[A-Z][A-Za-z]+:(Runtime|ECS|Container)/[A-Z][A-Za-z0-9&]*(\.[A-Za-z0-9]+)*(![A-Za-z0-9]+)?",
        "a type of GuardDuty about a container, for example Execution:Runtime/NewBinaryExecuted",
    ),
    SuppressionTool.INSPECTOR: (
        r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|SNYK-[A-Z0-9-]+|(ALAS|RHSA|DSA|USN)[A-Z0-9.:-]*\d",
        "the id of a vulnerability, for example CVE-2026-12345",
    ),
    SuppressionTool.SECURITY_HUB: (
        r"[A-Z][A-Za-z0-9]+\.[1-9]\d*",
        "the id of a control of Security Hub, for example ECS.5",
    ),
}
"""The exact name of one finding, as its tool writes it."""


class Highest(StrEnum):
    """The highest severity that is suppressed; worse findings of the same name still arrive."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def labels(self) -> tuple[str, ...]:
        """Return this severity and all below, in the words of AWS."""
        labels = ("INFORMATIONAL", *(each.name for each in Highest))
        return labels[: labels.index(self.name) + 1]

    @property
    def below(self) -> int:
        """Return the least number that GuardDuty gives a worse finding (GuardDuty user guide,
        "Severity levels of GuardDuty findings").
        """
        return {Highest.LOW: 4, Highest.MEDIUM: 7, Highest.HIGH: 9}[self]


def _is_exact(text: object) -> object:
    if isinstance(text, str) and _WILDCARD.search(text):
        allowed = "one exact name: a pattern would hide what nobody has looked at"
        raise as_error(Problem(found=repr(text), allowed=allowed))
    return text


def _is_not_critical(text: object) -> object:
    if isinstance(text, str) and text.lower() == "critical":
        fix = "answer the finding: docs/tasks/suppress-a-false-positive.md"
        raise as_error(Problem(found="'critical'", allowed=", ".join(Highest), fix=fix))
    return text


def _holds_no_secret(text: str) -> str:
    for each in (*credentials(text), *in_prose(text)):
        value = f"what looks like a secret ({each.why})"
        raise as_error(Problem(found=value, allowed="no secrets: AWS shows it to many people"))
    return text


class Suppression(Accepted):
    """A finding that a tool reports of one service in one environment, and that is false."""

    noun: ClassVar[str] = "suppression"
    AUTHOR: ClassVar[str] = "pay-suppression:"
    """Begins what Security Hub names as the author of a note that a rule of ours wrote."""
    FIRST_MOMENT: ClassVar[str] = "2020-01-01T00:00:00Z"
    """Before any finding: Security Hub takes moments from and to."""

    tool: SuppressionTool
    """The tool that reports it."""
    finding: Annotated[str, BeforeValidator(_is_exact)]
    """The exact type, vulnerability or control."""
    environment: Annotated[EnvironmentName, BeforeValidator(_is_exact)]
    """The environment in which it is false."""
    service: Annotated[ServiceName, BeforeValidator(_is_exact)]
    """The service of which it is false."""
    side: Side | None = None
    """Left out: on both sides."""
    image: Annotated[str, Field(pattern=f"^{DIGEST}$")] | None = None
    """The digest of one image, for Inspector. Left out: each image of the service."""
    severity: Annotated[Highest, BeforeValidator(_is_not_critical)]
    """The highest severity that it covers: low, medium or high."""
    evidence: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    """Ids of the findings that were looked at."""
    volume: bool = False
    """GuardDuty archives the finding itself, so nobody counts it; for a noisy one."""
    reason: Annotated[str, Field(min_length=20, max_length=300), AfterValidator(_holds_no_secret)]
    """The reason why it is false. AWS shows up to 512 characters of it with owner and end."""

    @property
    def longest(self) -> timedelta:
        return LONGEST_OF_HIGH if self.severity is Highest.HIGH else super().longest

    @property
    def what(self) -> str:
        return f"{self.tool} {self.finding}"

    @property
    def where(self) -> str:
        parts = (self.environment, self.service, self.side, self.image and self.image[:19])
        return " ".join(part for part in parts if part)

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.side,) if self.side else tuple(Side)

    @property
    def name(self) -> str:
        """Return its name in AWS: at most 64 characters (GuardDuty API reference, `CreateFilter`).

        It is made from what identifies it, so that another reason or end changes it in place.
        """
        parts = (self.environment, self.service, self.side, self.tool, self.finding, self.image)
        text = "-".join(part for part in parts if part)
        return names.shorten(re.sub(r"[^A-Za-z0-9.-]+", "-", text), 64)

    @property
    def note(self) -> str:
        """Return what AWS shows beside a suppressed finding."""
        return f"{self.reason} Accepted by: {self.owner}. Until: {self.expires}."

    @property
    def author(self) -> str:
        """Return by whom a note in Security Hub says that it was written."""
        return f"{self.AUTHOR}{self.name}"

    @property
    def end(self) -> str:
        """Return the last second of the last day, in UTC."""
        return f"{self.expires}T23:59:59Z"

    @property
    def after(self) -> str:
        """Return the first moment at which it no longer holds, in UTC."""
        return f"{self.expires + timedelta(days=1)}T00:00:00Z"

    @property
    def stacks(self) -> tuple[str, ...]:
        """Return the tag `Stack` of the resources."""
        return tuple(f"{self.environment}-{self.service}-{side}" for side in self.sides)

    @property
    def clusters(self) -> tuple[str, ...]:
        return tuple(names.cluster(self.environment, side) for side in self.sides)

    @property
    def product(self) -> str:
        """Return what Security Hub calls the tool."""
        return _PRODUCTS[self.tool]

    @property
    def types_in_hub(self) -> tuple[str, ...]:
        """Return what Security Hub may call a finding of GuardDuty; none for another tool.

        Its category follows no rule, so every category of a finding about a container is listed.
        GuardDuty user guide, "Integrating with AWS Security Hub".
        """
        if self.tool is not SuppressionTool.GUARDDUTY:
            return ()
        purpose = self.finding.partition(":")[0]
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", purpose)
        categories = (f"TTPs/{purpose}", f"TTPs/{spaced}", *_CATEGORIES)
        name = self.finding.replace("/", "-")
        return tuple(dict.fromkeys(f"{category}/{name}" for category in categories))

    def problems(self) -> Iterator[Problem]:
        pattern, says = _FORMATS[self.tool]
        if not re.fullmatch(pattern, self.finding):
            fix = "a finding about an instance or a user belongs to no service: answer it"
            is_guardduty = self.tool is SuppressionTool.GUARDDUTY
            yield Problem(
                key="finding",
                found=repr(self.finding),
                allowed=says,
                fix=fix if is_guardduty else "",
            )
        if self.image and self.tool is not SuppressionTool.INSPECTOR:
            allowed = "an image with inspector only: others do not report its digest"
            yield Problem(key="image", found=f"an image with {self.tool}", allowed=allowed)
        if self.side and self.tool is SuppressionTool.INSPECTOR:
            allowed = "no side with inspector: both sides run the same image"
            yield Problem(key="side", found=self.side, allowed=allowed)
        if self.volume and (why := self._why_not_archived()):
            yield Problem(key="volume", found=f"true with {why}", allowed="false", fix="remove it")

    def _why_not_archived(self) -> str | None:
        if self.tool is not SuppressionTool.GUARDDUTY:
            return f"{self.tool}, which archives nothing"
        purpose = self.finding.partition(":")[0]
        is_attack = purpose in SENT_TO_NOBODY
        return f"{purpose}, which has to stay countable" if is_attack else None

    def overlaps(self, other: "Suppression") -> bool:
        """Return whether a finding could be covered by both."""
        same = ("tool", "finding", "environment", "service")
        either = ("side", "image")
        return all(getattr(self, key) == getattr(other, key) for key in same) and all(
            getattr(self, key) == getattr(other, key)
            or None in (getattr(self, key), getattr(other, key))
            for key in either
        )

    def holds_on(self, day: date) -> bool:
        """Return whether it still covers anything on a day, in UTC."""
        return day <= self.expires


@dataclass(frozen=True)
class WrittenSuppression:
    """A suppression and its place in the file."""

    value: Suppression
    entry: Entry

    def problem(self, key: str, value: str, allowed: str, fix: str = "") -> Problem:
        """Return what is wrong with one of its keys, or with the whole if the key is empty."""
        return placed(Problem(key=key, found=value, allowed=allowed, fix=fix), self.entry)


def read_suppressions(file: Path) -> tuple[WrittenSuppression, ...]:
    """Return the suppressions of a file; none if there is no file.

    Raises InvalidInput with every mistake that the file shows on its own, whatever the day.
    """
    if not file.exists():
        return ()
    written, problems = list[WrittenSuppression](), list[Problem]()
    try:
        for entry in read_entries(file, Suppression.noun):
            try:
                written.append(WrittenSuppression(Suppression.model_validate(entry.values), entry))
            except ValidationError as error:
                problems += [placed(each, entry) for each in to_problems(error)]
    except NotEntries as error:
        allowed = f"a TOML file in UTF-8 with tables [[{Suppression.noun}]]"
        problem = Problem(where=str(file), line=error.line, found=error.why, allowed=allowed)
        raise InvalidInput([problem]) from None
    if problems := [*problems, *_overlaps(written)]:
        raise InvalidInput(problems)
    return tuple(written)


def placed(problem: Problem, entry: Entry) -> Problem:
    """Return a problem of an entry with its file, line and number."""
    key = f"{entry.title}, {problem.key}" if problem.key else entry.title
    return replace(problem, where=str(entry.file), line=entry.line_of(problem.key), key=key)


def _overlaps(written: Sequence[WrittenSuppression]) -> Iterator[Problem]:
    for one, other in combinations(written, 2):
        if other.value.overlaps(one.value):
            same = f"the same finding as {one.entry.title} in line {one.entry.line}"
            yield other.problem("", same, "one for each finding", "remove one of them")
