"""Renders the result of a load test as one HTML page: which limits held, and what each side did."""

from collections.abc import Sequence

from pay.model.environment.load import Scenario
from pay.pages import templates
from rollout.load.results import REPORT, LimitCheck
from rollout.load.seen import Activity, SeenLoad
from rollout.terminal.time_text import local


def as_page(
    title: str,
    scenario: Scenario,
    verdict: str,
    checks: Sequence[LimitCheck],
    seen: Sequence[SeenLoad],
    activities: Sequence[Activity],
) -> str:
    """Return the page, which leads to the runner's report beside it."""
    page = templates("rollout.load").get_template("load.html.j2")
    return page.render(
        title=title,
        scenario=scenario,
        verdict=verdict,
        checks=checks,
        seen=seen,
        activities=activities,
        local=local,
        report=REPORT,
    )
