"""A page in headless Chromium: what a person would see, and what axe-core finds in it."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("browser.mjs")
NARROWEST, PHONE, DESKTOP = 320, 380, 1280
"""Pixels; a page reflows down to 320 of CSS (WCAG 2.2, 1.4.10)."""


READERS: tuple[Mapping[str, Any], ...] = (
    {"width": DESKTOP, "keyboard": True},
    {"width": PHONE, "dark": True},
    {"width": NARROWEST, "forced_colours": True},
    {"printed": True, "width": 680},
)
"""How people meet a page with folded details, as arguments of `look`."""


@dataclass(frozen=True)
class Seen:
    """A page as one reader meets it."""

    violations: list[str]
    """Of WCAG 2.2, level AA, which GOV.UK's accessibility requirements ask for."""
    overflows: bool
    """The page is wider than the window."""
    requests: list[str]
    """What the page loads from elsewhere."""
    errors: list[str]
    unread: int
    """The lines and cells of details that are not visible while these are folded."""
    keyboard: list[str]
    """What is wrong when only Tab and Enter are used; empty when that was not tried."""
    cut: list[str]
    """Texts that do not fit into their bar."""


def look(
    page: Path,
    tools: Mapping[str, str],
    *,
    width: int = DESKTOP,
    dark: bool = False,
    printed: bool = False,
    forced_colours: bool = False,
    text_percent: int = 100,
    keyboard: bool = False,
) -> Seen:
    """Open a file in a window of `width` pixels."""
    asked = {
        "width": width,
        "mode": "dark" if dark else "light",
        "media": "print" if printed else "screen",
        "forced": forced_colours,
        "text": text_percent,
        "keyboard": keyboard,
    }
    done = subprocess.run(
        ["node", SCRIPT, page.resolve().as_uri(), json.dumps(asked)],
        env=dict(tools),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"the browser did not open {page.name}:\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return Seen(**answer)


def read_as(reader: Mapping[str, Any], page: Path, tools: Mapping[str, str]) -> None:
    """Assert that a reader can read a page with folded details, which loads nothing else."""
    seen = look(page, tools, **reader)
    assert seen.violations == []
    assert (seen.overflows, seen.requests, seen.errors) == (False, [], [])
    assert (seen.keyboard, seen.cut) == ([], [])
    assert bool(seen.unread) is not reader.get("printed", False)
