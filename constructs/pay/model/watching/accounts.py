"""The watching of an account: the administrators of its tools, and the ways of its findings."""

from collections.abc import Iterator
from enum import StrEnum

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.text_types import SecretName, TopicName


class Administrator(StrEnum):
    """The account that administers GuardDuty and Inspector for this one."""

    STANDALONE = "standalone"
    """This account, which belongs to no organisation of these tools."""
    MEMBER = "member"
    """Another account: filters of findings can be made there only."""
    HERE = "here"
    """This account, and for others, whose findings arrive here as well."""


class Road(StrEnum):
    """The way of findings to EventBridge. GuardDuty and Inspector also send each finding to
    Security Hub, so two roads would report everything twice.
    """

    HUB = "hub"
    """Through Security Hub CSPM, which has to be on."""
    DIRECT = "direct"
    """From each tool."""


class Level(StrEnum):
    """The urgency of a finding; each has a topic."""

    PAGE = "page"
    """HIGH and CRITICAL, at any hour."""
    TICKET = "ticket"
    """MEDIUM, in the working day."""
    WEEKLY = "weekly"
    """LOW, in the weekly look."""


class Topics(Model):
    """The SNS topics of the account to which findings go; each exists already."""

    page: TopicName
    """HIGH and CRITICAL findings, and the alarm on messages that did not arrive."""
    ticket: TopicName
    """MEDIUM findings."""
    weekly: TopicName
    """LOW findings."""

    def of(self, level: Level) -> str:
        """Return the topic's name."""
        return str(getattr(self, level.value))

    def names(self) -> tuple[str, ...]:
        """Return each name once."""
        return tuple(dict.fromkeys(map(self.of, Level)))


class Watching(Model):
    """An account that is watched; detector, hub and trail exist already."""

    administrator: Administrator
    road: Road
    topics: Topics
    decoys: tuple[SecretName, ...] = ()
    """Secrets in Secrets Manager that nothing reads (canaries), so a reader is an intruder. They
    exist already."""

    def problems(self) -> Iterator[Problem]:
        twice = sorted({s for s in self.decoys if self.decoys.count(s) > 1})
        if twice:
            allowed = "each secret once"
            yield Problem(key="decoys", found=f"{', '.join(twice)} twice", allowed=allowed)
