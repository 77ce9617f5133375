"""Gathers findings by their rule, so that it is written once."""

from collections.abc import Iterable
from dataclasses import dataclass

from rollout.guard.verdict import Refusal


@dataclass(frozen=True)
class Place:
    """The addresses of one stack where a rule saw the same."""

    stack: str
    addresses: tuple[str, ...]
    """Empty: the plan as a whole."""
    saw: str


@dataclass(frozen=True)
class Advice:
    """What to do about some findings of a rule."""

    do: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule."""

    rule: str
    allowed_because: str | None
    advices: tuple[Advice, ...]

    @property
    def count(self) -> int:
        """How many findings these are."""
        places = (place for advice in self.advices for place in advice.places)
        return sum(max(1, len(place.addresses)) for place in places)


def by_rule(refusals: Iterable[Refusal]) -> tuple[RuleFindings, ...]:
    """Return the findings by rule, by what to do and by what was seen, as they first appear."""
    rules: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        rules.setdefault(refusal.rule, []).append(refusal)
    return tuple(
        RuleFindings(rule, found[0].allowed_because, tuple(_advices(found)))
        for rule, found in rules.items()
    )


def _advices(refusals: Iterable[Refusal]) -> Iterable[Advice]:
    advices: dict[str, dict[tuple[str, str], list[str]]] = {}
    for refusal in refusals:
        finding = refusal.finding
        places = advices.setdefault(finding.do, {})
        addresses = places.setdefault((refusal.stack, finding.saw), [])
        addresses += [finding.address] if finding.address else []
    for do, places in advices.items():
        yield Advice(do, tuple(Place(s, tuple(found), saw) for (s, saw), found in places.items()))
