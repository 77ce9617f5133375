"""Groups findings by their rule, and addresses by their text, to write both once."""

from collections.abc import Iterable
from dataclasses import dataclass

from rollout.guard.verdict import Refusal


@dataclass(frozen=True)
class RulePlace:
    """The addresses with the same text."""

    stacks: tuple[str, ...]
    """Each has all of the addresses."""
    addresses: tuple[str, ...]
    """Empty: the plan as a whole."""
    text: str


def places(stacks_and_texts: Iterable[tuple[str, str, str]]) -> tuple[RulePlace, ...]:
    """Return stacks, addresses and texts. The addresses of one text and stack stand together, and
    so do the stacks of the same addresses.
    """
    together: dict[tuple[str, str], list[str]] = {}
    for stack, address, text in stacks_and_texts:
        addresses = together.setdefault((stack, text), [])
        addresses += [address] if address else []
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (stack, text), listed in together.items():
        alike.setdefault((tuple(listed), text), []).append(stack)
    return tuple(RulePlace(tuple(stacks), *of_all) for of_all, stacks in alike.items())


@dataclass(frozen=True)
class Advice:
    """The steps to take about some findings of a rule."""

    do: str
    places: tuple[RulePlace, ...]


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule."""

    rule: str
    allowed_because: str | None
    advices: tuple[Advice, ...]

    @property
    def count(self) -> int:
        """Return the number of these findings."""
        all_places = (place for advice in self.advices for place in advice.places)
        return sum(len(place.stacks) * max(1, len(place.addresses)) for place in all_places)


def by_rule(refusals: Iterable[Refusal]) -> tuple[RuleFindings, ...]:
    """Return the findings by rule, by what to do and by what was seen, as they first appear."""
    rules: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        rules.setdefault(refusal.rule, []).append(refusal)
    return tuple(
        RuleFindings(rule, of_rule[0].allowed_because, tuple(_advices(of_rule)))
        for rule, of_rule in rules.items()
    )


def _advices(refusals: Iterable[Refusal]) -> Iterable[Advice]:
    advices: dict[str, list[tuple[str, str, str]]] = {}
    for refusal in refusals:
        finding = refusal.finding
        of_advice = advices.setdefault(finding.do, [])
        of_advice.append((refusal.stack, finding.address, finding.saw))
    for do, of_advice in advices.items():
        yield Advice(do, places(of_advice))
