"""Gathers findings by their rule, and addresses by what is told of them, to write both once."""

from collections.abc import Iterable
from dataclasses import dataclass

from rollout.guard.verdict import Refusal


@dataclass(frozen=True)
class Place:
    """The addresses of which the same is told."""

    stacks: tuple[str, ...]
    """Each has all of the addresses."""
    addresses: tuple[str, ...]
    """Empty: the plan as a whole."""
    text: str


def places(told: Iterable[tuple[str, str, str]]) -> tuple[Place, ...]:
    """Return stacks, addresses and texts with the addresses of one text and stack together, and
    the stacks of the same addresses.
    """
    together: dict[tuple[str, str], list[str]] = {}
    for stack, address, text in told:
        addresses = together.setdefault((stack, text), [])
        addresses += [address] if address else []
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (stack, text), found in together.items():
        alike.setdefault((tuple(found), text), []).append(stack)
    return tuple(Place(tuple(stacks), *of_all) for of_all, stacks in alike.items())


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
        found = (place for advice in self.advices for place in advice.places)
        return sum(len(place.stacks) * max(1, len(place.addresses)) for place in found)


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
    advices: dict[str, list[tuple[str, str, str]]] = {}
    for refusal in refusals:
        finding = refusal.finding
        told = advices.setdefault(finding.do, [])
        told.append((refusal.stack, finding.address, finding.saw))
    for do, told in advices.items():
        yield Advice(do, places(told))
