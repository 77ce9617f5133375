"""Reads Markdown pages: their blocks of code, links, headings and the paths that they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    language: str
    marker: str
    """What stands behind the language, which no page shows: how a test treats the block."""
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def blocks(self) -> list[Block]:
        fences = (token for token in _MARKDOWN.parse(self.text) if token.type == "fence")
        return [_block(token) for token in fences]

    @property
    def links(self) -> list[str]:
        """The targets of links and images, as they are written."""
        targets = (token.attrGet("href") or token.attrGet("src") for token in self._inline())
        return [str(target) for target in targets if target]

    @property
    def code(self) -> list[str]:
        """The code within sentences."""
        return [token.content for token in self._inline() if token.type == "code_inline"]

    @property
    def anchors(self) -> set[str]:
        """The names under which GitHub offers the headings."""
        tokens = _MARKDOWN.parse(self.text)
        titles = (
            "".join(child.content for child in after.children or ())
            for before, after in pairwise(tokens)
            if before.type == "heading_open"
        )
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def _inline(self) -> Iterator[Token]:
        for token in _MARKDOWN.parse(self.text):
            yield from token.children or ()


def read(path: Path) -> Page:
    return Page(path, path.read_text())


def _block(token: Token) -> Block:
    language, _, marker = token.info.strip().partition(" ")
    assert token.map is not None
    return Block(language, marker, token.content, token.map[0] + 1)
