"""Writes the review as Markdown for a pull request and as an HTML page."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment

from pay.pages import templates
from pay.secrets.values import redacted
from rollout.review.document import ReviewDocument

COMMENT_LIMIT = 65_536
"""Characters that a comment on GitHub may have."""

_LIMITS = (None, 100, 50, 20, 10, 5, 2, 1, 0)
"""The possible limits to the entries of each list. The first that fits counts."""

MAX_CHARACTERS = 300
"""A longer text is cut here in Markdown, with the number of characters that follow. HTML folds it
and has all of it.
"""

FEW = 3
"""Plans whose digests Markdown does not fold, because that would take more lines than they have."""

ADDRESSES = 8
"""Stacks or addresses with the same text that Markdown lists; it counts the rest, and HTML has them
all.
"""


def as_markdown(document: ReviewDocument, *, rest: str, limit: int = COMMENT_LIMIT) -> str:
    """Return Markdown of at most `limit` characters. What does not fit is folded into "N more";
    `rest` names the place of all of it. Raises OverflowError when even that is too long.
    """
    template = _templates().get_template("review.md.j2")
    for entries in _LIMITS:
        text = _without_gaps(template.render(doc=document, entries=entries, rest=rest))
        if len(text) <= limit:
            return text
    raise OverflowError(f"the shortest review has {len(text)} characters, {limit} are allowed")


def as_html(document: ReviewDocument) -> str:
    """Return one page that needs no other file."""
    template = _templates().get_template("review.html.j2")
    return template.render(doc=document)


@cache
def _templates() -> Environment:
    environment = templates(
        "rollout.review",
        # As the last net, nothing is written that has the form of a secret. The filters below,
        # which escape and cut, mask before they do.
        finalize=lambda value: redacted(value) if type(value) is str else value,
    )
    environment.filters |= {"md": _md, "code": _code, "fenced": _fenced, "some": _some}
    environment.filters["redacted"] = redacted
    environment.globals |= {"MAX_CHARACTERS": MAX_CHARACTERS, "ADDRESSES": ADDRESSES, "FEW": FEW}
    return environment


def _some(items: Sequence[Any], entries: int | None) -> Sequence[Any]:
    """Return the entries of a list that are written."""
    return items if entries is None else items[:entries]


def _md(text: object) -> str:
    """Return text that Markdown shows as it is: without markup, HTML or a mention of anybody."""
    line = _one_line(text)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", line).replace("@", "&#64;")


def _code(text: object) -> str:
    """Return the text as a code span, whatever backticks it holds."""
    line = _one_line(text) or " "
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _fenced(lines: Sequence[str]) -> str:
    """Return the lines as a block of shell commands."""
    text = redacted("\n".join(lines))
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}sh\n{text}\n{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _one_line(value: object) -> str:
    """Mask first: an escaped or cut text no longer has the form of a secret."""
    text = " ".join(redacted(str(value)).split())
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}... ({len(text) - MAX_CHARACTERS} more characters in the HTML)"


def _without_gaps(text: str) -> str:
    """Return the text without the empty lines that Markdown does not need. These stand behind a
    heading, before a list and before commands. Inside of folded HTML it needs the first.
    """
    text = re.sub(r"\n{3,}", "\n\n", text)
    text = re.sub(r"(?m)^(#+ .*)\n\n", r"\1\n", text)
    text = re.sub(r"(?<!</summary>)\n\n(?= *- |```)", "\n", text)
    return text.strip() + "\n"
