"""The frame and the stylesheet that all pages share."""

import re
from importlib.resources import files

import pytest

from pay.pages import templates

CSS = files("pay.pages").joinpath("templates/page.css").read_text()
SCHEMES = {
    "light": CSS[: CSS.index("@media screen and (prefers-color-scheme: dark)")],
    "dark": CSS[: CSS.index("/* Text */")],
}
"""Where a colour is written twice, the later one counts."""

TEXT_ON_GROUND = [
    *(("ink", ground) for ground in ("page", "card", "bad-page", "good-page")),
    *(("quiet", ground) for ground in ("page", "card")),
    *(("link", ground) for ground in ("page", "card")),
    *((state, ground) for state in ("good", "bad", "care") for ground in (f"{state}-page", "card")),
    *((state, "page") for state in ("good", "bad", "care")),
    ("ec2-ink", "ec2"),
    ("fargate-ink", "fargate"),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour * 2 if len(colour) == 3 else colour
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]+)", SCHEMES[scheme]))
    lighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_frame_names_its_language_and_has_one_main_part() -> None:
    page = templates("pay.pages").get_template("page.html.j2").render()
    assert '<html lang="en">' in page
    assert page.count("<main>") == page.count("</main>") == 1
    assert CSS.splitlines()[0] in page


def test_a_page_loads_nothing_from_elsewhere() -> None:
    page = templates("pay.pages").get_template("page.html.j2").render()
    assert not re.search(r"<script|<link|@import|url\(|https?:", page)


def test_only_html_is_escaped() -> None:
    assert templates("pay.pages").autoescape("x.html.j2") is True  # type: ignore[operator]
    assert templates("pay.pages").autoescape("x.md.j2") is False  # type: ignore[operator]
