"""Joins texts up to a length, and says how many are left out: no text is cut."""

from collections.abc import Sequence


def in_brief(texts: Sequence[str], length: int, *, separator: str = "; ") -> str:
    """Return the first texts, at least one, and `and 3 more` where the rest has no room."""
    told = list(texts[:1])
    for text in texts[1:]:
        if len(separator.join([*told, text])) > length:
            break
        told.append(text)
    more = len(texts) - len(told)
    return separator.join([*told, *([f"and {more} more"] if more else [])])
