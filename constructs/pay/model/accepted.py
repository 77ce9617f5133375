"""Reports of a rule or a tool that the team accepts for a time: waivers and suppressions."""

import re
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from pay.model.base import Model, as_error
from pay.model.problem import Problem

LONGEST = timedelta(days=366)
"""Each is reviewed at least once a year (PCI DSS v4.0.1, 12.3.1 and 12.5.2)."""

HEADER = ("accepted", "where", "findings", "reason", "owner", "expires")
"""The columns of every report on them."""

_ROLES = frozenset(
    "administrator administrators analyst analysts architect architects assessor ciso consultant "
    "cto custodian department desk developer developers director engineer engineers group guild "
    "head lead leads manager managers officer on-call operator operators owner owners principal "
    "responder responders soc specialist specialists squad team teams tester testers".split()
)
"""Words of which a role has at least one."""
_KINDS = frozenset(
    "a and application back-end backend card centre chief cloud compliance connector cyber data "
    "defence delivery deputy development devops duty engineering estate front-end frontend "
    "gov.uk governance government incident information infrastructure it junior local monitoring "
    "network operations pay payment payments platform principal product production protection "
    "protective qa quality release reliability response risk secops security senior service "
    "services shift site software sre staff support technical technology test the threat "
    "vulnerability web".split()
)
"""Words that say which, and may begin with a capital, as a name does."""
_WORD = re.compile(r"[\w.'\u2019-]+")
_SAYS_A_ROLE = (
    "a role, which stays when people go, for example 'technical lead of the platform team'"
)


def _is_role(owner: str) -> str:
    """Raise a Problem for a person's name, address or account."""
    if (why := why_not_a_role(owner)) is not None:
        raise as_error(Problem(found=f"{owner!r}, {why}", allowed=_SAYS_A_ROLE))
    return owner


def why_not_a_role(owner: str) -> str | None:
    """Return why a text is not a role, or also names a person; None if it is a role."""
    if "@" in owner:
        return "which is an address or an account"
    if not any(word.lower() in _ROLES for word in _WORD.findall(owner)):
        return "which names no role"
    for part in re.split(r"[,;:/()]| - ", owner):
        words = _WORD.findall(part)
        if words and not any(word.lower() in _ROLES | _KINDS for word in words):
            return f"of which {part.strip()!r} names no role"
        if names := [word for word in _before_of(words) if _is_like_a_name(word)]:
            return f"in which {' '.join(names)!r} looks like the name of a person"
    return None


def _before_of(words: list[str]) -> list[str]:
    """Return the words up to `of` or `for`, behind which teams and products have names."""
    ends = [n for n, word in enumerate(words) if word.lower() in {"of", "for"}]
    return words[: ends[0]] if ends else words


def _is_like_a_name(word: str) -> bool:
    is_known = word.lower() in _ROLES | _KINDS
    return not is_known and not word.isupper() and (word[:1].isupper() or "." in word)


class Accepted(Model):
    """Something accepted: by which role, why and until when."""

    noun: ClassVar[str]
    """Its name in messages, and of its tables in a file."""

    reason: Annotated[str, Field(min_length=20)]
    """The reason why it is harmless, or what is done instead."""
    owner: Annotated[str, Field(min_length=1, pattern=r"\S"), AfterValidator(_is_role)]
    """The role that answers for it, not a person."""
    expires: date
    """The last day on which it holds, in UTC."""

    @property
    def longest(self) -> timedelta:
        """Return how far ahead it may end."""
        return LONGEST

    @property
    def what(self) -> str:
        """Return the rule or the finding."""
        raise NotImplementedError

    @property
    def where(self) -> str:
        """Return the resources that it is about."""
        raise NotImplementedError

    def date_mistake(self, today: date) -> str | None:
        """Return why it does not hold on a day, with what to do; None if it holds."""
        if self.expires < today:
            return f"expired on {self.expires}; fix the finding or have the {self.noun} renewed"
        if self.expires - today > self.longest:
            ahead = "a year" if self.longest == LONGEST else f"{self.longest.days} days"
            return f"expires on {self.expires}; choose a date at most {ahead} ahead"
        return None

    def row(self, count: int | None) -> tuple[str, ...]:
        """Return the cells below HEADER. `count` of findings is None if nobody has counted."""
        counted = "" if count is None else str(count)
        return (self.what, self.where, counted, self.reason, self.owner, str(self.expires))

    def __str__(self) -> str:
        return f"{self.what} on {self.where}"
