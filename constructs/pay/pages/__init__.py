"""The frame of every HTML page that this project writes, with the stylesheet.

A page extends `page.html.j2` and fills its blocks `title` and `content`. It needs no other file: no
script, no network. Lives beside the pure readers, because the PCI gate, which imports nothing of
`rollout`, writes a page too.
"""

from collections.abc import Callable

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape


def templates(package: str, *, finalize: Callable[[object], object] | None = None) -> Environment:
    """Return the templates of a package, in its folder `templates`, and the frame that they extend.

    What `*.html.j2` prints is escaped. A name that a template does not get is an error. `finalize`
    sees every value that is printed, before it is escaped.
    """
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("pay.pages")]),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finalize,
    )
