"""Writes what the stacks of a change do as one sentence: of each the worst, and how much more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LENGTH = 200
LONGEST_LINE = 280
"""Characters of a title, and of a line about several things, unless the first is longer."""


@dataclass(frozen=True)
class HeadlinePart:
    """The actions of one stack, or of several alike."""

    title: str
    sentences: tuple[str, ...]
    """Its effects, the worst first."""
    is_whole: bool = False
    """True when the first describes the stack itself: `is destroyed`."""

    def sentence(self, count: int) -> str:
        """Return the first effects as a sentence."""
        return f"{self.title}{'' if self.is_whole else ':'} {'; '.join(self.sentences[:count])}"


def merged(parts: Iterable[HeadlinePart]) -> tuple[HeadlinePart, ...]:
    """Return the parts, those that do the same as one: both sides of a service, for example."""
    alike: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for part in parts:
        alike.setdefault((part.is_whole, part.sentences), []).append(part.title)
    return tuple(
        HeadlinePart(
            titles_in_one(titles),
            _of_several(sentences) if whole and len(titles) > 1 else sentences,
            whole,
        )
        for (whole, sentences), titles in alike.items()
    )


def _of_several(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is said of one stack as said of several: `is destroyed`, `are destroyed`."""
    first, *rest = sentences
    return (f"are {first.removeprefix('is ')}" if first.startswith("is ") else first, *rest)


def titles_in_one(titles: Sequence[str]) -> str:
    """Return several titles as one: `connector, test-12: EC2 side and Fargate side`."""
    places = {title.rpartition(": ")[0] for title in titles}
    if len(places) > 1:
        return " and ".join(titles)
    return f"{places.pop()}: {' and '.join(title.rpartition(': ')[2] for title in titles)}"


def headline(moves: Sequence[str], parts: Sequence[HeadlinePart], length: int = LENGTH) -> str:
    """Return the moves and as many effects of every part as have room. No effect is cut."""
    longest = max((len(part.sentences) for part in parts), default=1)
    shown, count = [*moves, *(part.sentence(1) for part in parts)], 1
    while count < longest:
        fuller = [*moves, *(part.sentence(count + 1) for part in parts)]
        if len("; ".join(fuller)) > length:
            break
        shown, count = fuller, count + 1
    while len(shown) > 1 and len("; ".join(shown)) > length:
        shown.pop()
    of_parts = parts[: max(0, len(shown) - len(moves))]
    shown_count = min(len(shown), len(moves)) + sum(
        min(count, len(part.sentences)) for part in of_parts
    )
    more = len(moves) + sum(len(part.sentences) for part in parts) - shown_count
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])
