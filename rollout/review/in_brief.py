"""Joins texts up to a length, and says how many are left out. No text is cut."""

from collections.abc import Sequence


def in_brief(texts: Sequence[str], length: int, *, separator: str = "; ") -> str:
    """Return the first texts, at least one, and `and 3 more` where the rest has no room."""
    shown = list(texts[:1])
    for text in texts[1:]:
        if len(separator.join([*shown, text])) > length:
            break
        shown.append(text)
    more = len(texts) - len(shown)
    return separator.join([*shown, *([f"and {more} more"] if more else [])])
