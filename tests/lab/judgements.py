"""Judgements of the service that the lab moves."""

from datetime import UTC, datetime, timedelta

from pay.model import Stage
from pay.model.judging.part import Part, Verdict
from pay.model.stage.parts import PartName
from rollout.measure.judgement import Judgement
from tests.lab.stories import SERVICE

END = datetime(2026, 11, 24, 12, tzinfo=UTC)


def judgement(verdict: Verdict, stage: Stage, reason: str = "0 of 800 on Fargate") -> Judgement:
    """A judgement of two hours with one part."""
    return Judgement(
        environment="sandbox",
        service=SERVICE,
        stage=stage,
        weights="75/25",
        since=END - timedelta(hours=3),
        start=END - timedelta(hours=2),
        end=END,
        parts={PartName.ERRORS: Part(verdict=verdict, reason=reason)},
        verdict=verdict,
    )
