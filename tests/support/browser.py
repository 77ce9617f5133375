"""A page in headless Chromium: what a person would see, and what axe-core finds in it."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("browser.mjs")
PHONE, DESKTOP = 380, 1280


@dataclass(frozen=True)
class Seen:
    """A page at one width."""

    violations: list[str]
    """Of WCAG 2.2, level AA, which GOV.UK's accessibility requirements ask for."""
    overflows: bool
    """The page is wider than the window."""
    requests: list[str]
    """What the page loads from elsewhere."""
    errors: list[str]


def look(page: Path, tools: Mapping[str, str], *, width: int, dark: bool = False) -> Seen:
    """Open a file in a window of `width` pixels."""
    mode = "dark" if dark else "light"
    done = subprocess.run(
        ["node", SCRIPT, page.resolve().as_uri(), str(width), mode],
        env=dict(tools),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"the browser did not open {page.name}:\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return Seen(**answer)
