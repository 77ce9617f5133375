"""Writes what the stacks of a change do as one sentence: of each the worst, and how much more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LENGTH = 200
LONGEST_LINE = 280
"""Characters of a title, and of a line that tells several things, unless the first is longer."""


@dataclass(frozen=True)
class Part:
    """What one stack does, or several alike."""

    title: str
    told: tuple[str, ...]
    """Its effects, the worst first."""
    is_whole: bool = False
    """Whether the first is said of the stack itself: `is destroyed`."""

    def sentence(self, count: int) -> str:
        """Return the first effects as a sentence."""
        return f"{self.title}{'' if self.is_whole else ':'} {'; '.join(self.told[:count])}"


def merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts, those that do the same as one: both sides of a service, for example."""
    alike: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for part in parts:
        alike.setdefault((part.is_whole, part.told), []).append(part.title)
    return tuple(
        Part(titles_in_one(titles), _of_several(told) if whole and len(titles) > 1 else told, whole)
        for (whole, told), titles in alike.items()
    )


def _of_several(told: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is said of one stack as said of several: `is destroyed`, `are destroyed`."""
    first, *rest = told
    return (f"are {first.removeprefix('is ')}" if first.startswith("is ") else first, *rest)


def titles_in_one(titles: Sequence[str]) -> str:
    """Return several titles as one: `connector, test-12: EC2 side and Fargate side`."""
    places = {title.rpartition(": ")[0] for title in titles}
    if len(places) > 1:
        return " and ".join(titles)
    return f"{places.pop()}: {' and '.join(title.rpartition(': ')[2] for title in titles)}"


def headline(moves: Sequence[str], parts: Sequence[Part], length: int = LENGTH) -> str:
    """Return the moves and as many effects of every part as have room. No effect is cut."""
    longest = max((len(part.told) for part in parts), default=1)
    shown, count = [*moves, *(part.sentence(1) for part in parts)], 1
    while count < longest:
        fuller = [*moves, *(part.sentence(count + 1) for part in parts)]
        if len("; ".join(fuller)) > length:
            break
        shown, count = fuller, count + 1
    while len(shown) > 1 and len("; ".join(shown)) > length:
        shown.pop()
    of_parts = parts[: max(0, len(shown) - len(moves))]
    told = min(len(shown), len(moves)) + sum(min(count, len(part.told)) for part in of_parts)
    more = len(moves) + sum(len(part.told) for part in parts) - told
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])
