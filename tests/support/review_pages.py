"""Both pages of a review of small plans."""

import tempfile
from pathlib import Path

from pay.model import Environment
from rollout.guard.verdict import judge
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from tests.support.plans import Json, read


def pages(
    environment: Environment, *plans: Json, allowed: dict[str, str] | None = None
) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        context = read(Path(folder), plans, environment)
        document = review(context, judge(context, allowed), None)
    return [as_markdown(document, rest="the page"), as_html(document)]
