"""Writes the walks as one self-contained HTML page."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lab.shares import HEIGHT, WIDTH, Plot, minutes
from lab.walk import CONFIDENCE, Walk
from pay.pages import templates
from rollout.terminal.time_text import short_moment


def write_page(path: Path, walks: Sequence[Walk], problem: str = "") -> None:
    """Write the page for at least one walk; `problem` is the reason if the lab ended early."""
    text = (
        templates("lab")
        .get_template("lab.html.j2")
        .render(
            walks=[(walk, Plot(walk)) for walk in walks],
            problem=problem,
            width=WIDTH,
            height=HEIGHT,
            confidence=CONFIDENCE,
            minutes=minutes,
            moment=short_moment,
            written=datetime.now().astimezone().strftime("%d %B %Y, %H:%M"),
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
