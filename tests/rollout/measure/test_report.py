"""A judgement as data: the keys that programs read."""

from datetime import UTC, datetime, timedelta

from pay.model import Stage
from pay.model.judging.part import Part, Verdict
from pay.model.stage.parts import PartName
from rollout.measure.judgement import RULES, Judgement
from rollout.measure.report import as_data

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_judgement_names_its_window_and_its_rule() -> None:
    part = Part(verdict=Verdict.PASS, reason="both sides are there")
    judgement = Judgement(
        environment="test-12",
        service="connector",
        stage=Stage.CANARY,
        weights="95/5",
        since=NOON,
        start=NOON,
        end=NOON + timedelta(hours=1),
        parts={PartName.HOSTS: part},
        verdict=Verdict.PASS,
    )
    told = as_data(judgement)
    assert told["rule"] == RULES
    assert told["window"] == {"start": "2026-11-25T12:00:00Z", "end": "2026-11-25T13:00:00Z"}
    assert {"schema", "environment", "service", "stage", "verdict", "escalate", "needs"} < set(told)
    (hosts,) = told["parts"]
    assert {"name": "hosts", "verdict": "PASS", "reason": part.reason}.items() <= hosts.items()
