"""Reads the script that an EC2 instance runs at its first start, as far as it sets the ECS agent.

Only text that is sure to be read right counts as a setting. It is an `echo` or a here-document of
plain text into the agent's file. Every other line is kept as it is written, and compared.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from pay.unread import Unread

_SHELL = re.compile(r"#! ?(/usr)?/bin/(env )?(ba|da)?sh( -[eux]+)?")

_OTHER_FORMS = (
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"Content-Type:", "a MIME archive"),
    (b"MIME-Version:", "a MIME archive"),
    (b"#cloud-", "a file of cloud-init (#cloud-config and others)"),
    (b"#include", "a list of addresses (#include)"),
    (b"## template:", "a template"),
    (b"<", "a script for Windows"),
)
"""The forms that cloud-init takes beside a script, by their first bytes (cloud-init: "User data
formats").
"""

_COMMENT = re.compile(
    r"#(?!!|cloud-|include|part-handler|upstart-job|# template:).*", re.IGNORECASE
)
"""A line that no shell reads, and no part of cloud-init by its beginning."""

_FILE = r"(?P<mode>>>?)\s*/etc/ecs/ecs\.config"
_NAME = r"(?P<name>[A-Z][A-Z0-9_]*)"
_ECHOES = tuple(
    re.compile(rf"echo\s+{quote}{_NAME}=(?P<value>{value}){quote}\s*{_FILE}")
    for quote, value in (("'", r"[^'\\]*"), ('"', r"[^\"\\$`!]*"), ("", r"[\w.,:/=+@%-]*"))
)
"""Text that the shell passes on unchanged: in single quotes, in double quotes, without any."""

_DOCUMENT = re.compile(
    rf"cat\s+(?:<<\s*(?P<q1>['\"]?)(?P<end1>\w+)(?P=q1)\s*{_FILE}"
    rf"|{_FILE.replace('mode', 'mode2')}\s*<<\s*(?P<q2>['\"]?)(?P<end2>\w+)(?P=q2))"
)
_IN_DOCUMENT = re.compile(rf"{_NAME}=(?P<value>.*)")
_EXPANDED = re.compile(r"[$`\\]")

SETTINGS = "(settings of the agent)"
"""The place of the settings among the other lines."""


@dataclass(frozen=True)
class Script:
    """The settings of a script, and its other lines."""

    settings: Mapping[str, str]
    """The settings of the ECS agent, by name; the last one of a name counts. Source: ECS developer
    guide, "Amazon ECS container agent configuration".
    """
    steps: tuple[str, ...]
    """Every other line in its order, and `SETTINGS` where some are set."""

    @property
    def others(self) -> tuple[str, ...]:
        """Return every line that sets nothing."""
        return tuple(step for step in self.steps if step != SETTINGS)

    @classmethod
    def read(cls, user_data: object) -> Self:
        """Return the script in base 64; one without lines for no user data.

        Raises Unread for text that is not base 64, and for all but a script of a POSIX shell.
        """
        try:
            data = b64decode(str(user_data or ""), validate=True)
        except ValueError:
            raise Unread("user_data is not the base 64 of a text") from None
        return cls._of_lines(_lines(data)) if data else cls({}, ())

    @classmethod
    def _of_lines(cls, lines: list[str]) -> Self:
        settings: dict[str, str] = {}
        steps: list[str] = []
        at = 0
        while at < len(lines):
            text, (settings_here, truncates, length) = lines[at].strip(), _settings_at(lines, at)
            if truncates:
                settings.clear()
            settings |= settings_here
            if length:
                steps.append(SETTINGS)
            elif text and not _COMMENT.fullmatch(text):
                steps.append(text)
            at += length or 1
        kept = [new for old, new in pairwise(["", *steps]) if not old == new == SETTINGS]
        return cls(settings, tuple(kept))


def _lines(data: bytes) -> list[str]:
    """Return the lines below the first, which names the shell."""
    form = next((form for start, form in _OTHER_FORMS if data.startswith(start)), None)
    if form:
        raise Unread(f"user_data is {form}; only a script of a shell is read here")
    try:
        text = data.decode()
    except ValueError:
        raise Unread("user_data is not a text in UTF-8") from None
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in text):
        raise Unread("user_data has control characters, such as line ends of Windows")
    first, *lines = text.split("\n")
    if not _SHELL.fullmatch(first.rstrip()):
        raise Unread(
            f"user_data begins with {first[:60]!r}, not with `#!/bin/sh` or another shell: "
            "cloud-init would not run it as one"
        )
    return lines


def _settings_at(lines: list[str], at: int) -> tuple[dict[str, str], bool, int]:
    """Return what the lines from here set, whether they empty the file first, and how many they
    are. 0: the line sets nothing, or it is not sure what.
    """
    line = lines[at].strip()
    for echo in _ECHOES:
        if match := echo.fullmatch(line):
            return {match["name"]: match["value"]}, match["mode"] == ">", 1
    match = _DOCUMENT.fullmatch(line)
    if match is None:
        return {}, False, 0
    end, is_literal = match["end1"] or match["end2"], bool(match["q1"] or match["q2"])
    if end not in lines[at + 1 :]:
        return {}, False, 0
    last = lines.index(end, at + 1)
    settings: dict[str, str] = {}
    for text in lines[at + 1 : last]:
        setting = _IN_DOCUMENT.fullmatch(text)
        if setting and (is_literal or not _EXPANDED.search(text)):
            settings[setting["name"]] = setting["value"]
        elif text.strip() and not _COMMENT.fullmatch(text):
            return {}, False, 0
    mode = match["mode"] or match["mode2"]
    return settings, mode == ">", last - at + 1
