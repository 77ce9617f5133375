"""Judgements as one HTML page, from the same data as their JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pay.model.judging.part import Verdict
from pay.pages import templates
from rollout.measure.explain import E_VALUES
from rollout.measure.judgement import Judgement
from rollout.measure.report import DECIDE, as_data, evidence
from rollout.terminal.time_text import local, weekday_moment

TONES = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.NOT_ENOUGH_DATA: "care"}
"""The colour beside the words of a verdict."""


def as_page(environment: str, judgements: Sequence[Judgement], failures: Mapping[str, str]) -> str:
    """Return the page: a section a service, with its parts and how their numbers were calculated.
    It also shows why others could not be judged.
    """
    page = templates("rollout.measure").get_template("judgement.html.j2")
    return page.render(
        environment=environment,
        judgements=[
            {
                **as_data(each),
                "evidence": {name: evidence(part) for name, part in each.parts.items()},
            }
            for each in judgements
        ],
        failures=failures,
        moment=lambda text: local(datetime.fromisoformat(text)),
        soon=lambda text: weekday_moment(datetime.fromisoformat(text)),
        tones=TONES,
        decide=DECIDE,
        e_values=E_VALUES,
    )
