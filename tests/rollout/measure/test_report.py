"""A judgement as data: the keys that programs read."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pay.model import Stage
from pay.model.judging.part import Part, Verdict
from pay.model.stage.parts import PartName
from rollout.cli import app, judge
from rollout.measure.judgement import RULES, Judgement
from rollout.measure.report import as_data

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def judgement_of(part: Part) -> Judgement:
    return Judgement(
        environment="test-12",
        service="connector",
        stage=Stage.CANARY,
        weights="95/5",
        since=NOON,
        start=NOON,
        end=NOON + timedelta(hours=1),
        parts={PartName.HOSTS: part},
        verdict=part.verdict,
    )


def test_a_judgement_names_its_window_and_its_rule() -> None:
    part = Part(verdict=Verdict.PASS, reason="both sides are there")
    told = as_data(judgement_of(part))
    assert told["rule"] == RULES
    assert told["window"] == {"start": "2026-11-25T12:00:00Z", "end": "2026-11-25T13:00:00Z"}
    assert {"schema", "environment", "service", "stage", "verdict", "escalate", "needs"} < set(told)
    (hosts,) = told["parts"]
    assert {"name": "hosts", "verdict": "PASS", "reason": part.reason}.items() <= hosts.items()


@pytest.mark.parametrize(
    ("last", "exit_code"),
    [
        (Part(verdict=Verdict.PASS, reason="enough"), 0),
        (Part(verdict=Verdict.FAIL, reason="a fault"), 1),
        (Part(verdict=Verdict.NOT_ENOUGH_DATA, reason="a doubt", escalate=True), 4),
    ],
)
def test_watching_ends_where_waiting_changes_nothing(
    last: Part, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Part(verdict=Verdict.NOT_ENOUGH_DATA, reason="few requests")
    looks = iter([few, few, last])
    monkeypatch.setattr(judge, "_judgements", lambda *_: ([judgement_of(next(looks))], {}))
    monkeypatch.setattr(judge, "WATCH_SECONDS", 0)
    result = CliRunner().invoke(app, ["judge", "test-12", "connector", "--watch"])
    assert result.exit_code == exit_code
    assert next(looks, None) is None
