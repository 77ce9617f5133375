"""Judges recorded minutes: the judge's own rules on a file, without AWS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from pay.files import read_content
from pay.json_text import DEEPEST, document_in
from pay.model import Ladder, Side, Stage
from pay.model.base import Model
from pay.model.judging.before import MOST_DISPERSION, Before, judge_errors_alone
from pay.model.judging.dip import TotalBlock, judge_dip
from pay.model.judging.errors import judge_client_errors, judge_errors
from pay.model.judging.latency import Pair, judge_latency
from pay.model.judging.minutes import Minute
from pay.model.judging.part import Part
from pay.model.problem import InvalidInput, Problem, did_you_mean
from pay.model.pydantic_errors import to_problems
from pay.model.stage.dns_answers import share_at
from pay.model.stage.parts import PartName
from pay.model.stage.rows import ROWS
from pay.shown_text import quoted

HOW_TO_FIX = "correct it: `pay judge --help` shows what a file holds"

MOST_ROWS = 31 * 24 * 60
"""The minutes of a month. No stage is judged by more."""

Times = Annotated[int, Field(ge=1, le=MOST_ROWS)]
"""The number of rows in a row that have the values that follow."""
RecordedCount = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e12)]
BlockMinutes = Annotated[int, Field(ge=1, le=60)]

RecordedRow = TypeVar("RecordedRow")


def _rows(runs: Iterable[tuple[int, RecordedRow]]) -> list[RecordedRow]:
    return list(chain.from_iterable(repeat(row, times) for times, row in runs))


class Recording(Model):
    """The values that one part of a judgement needs."""

    stage: Stage

    @property
    def part(self) -> PartName:
        """Return the part of a judgement that it is judged as."""
        raise NotImplementedError

    def judge(self) -> Part:
        raise NotImplementedError


class RecordedErrors(Recording):
    """Requests and errors of both sides by minute."""

    what: Literal["errors", "4xx"] = "errors"
    share: float | None = Field(default=None, gt=0, le=1)
    """Fargate's part of the requests, by default the stage's in the usual ladder."""
    minutes: Annotated[
        tuple[tuple[Times, RecordedCount, RecordedCount, RecordedCount, RecordedCount], ...],
        Field(min_length=1),
    ]
    """Rows of: times, EC2's requests, EC2's errors, Fargate's requests, Fargate's errors."""
    burst_rate: float = Field(default=0, ge=0, le=1000)
    """Bursts of errors in 5 minutes of the whole service, in the week before."""
    usual_rate: float | None = Field(default=None, ge=0, lt=1)
    """EC2's errors a request in its last week, for a stage at which Fargate answers everything."""
    dispersion: float = Field(default=1, ge=1, le=MOST_DISPERSION)
    """The factor by which that week's errors scattered more than chance."""

    def problems(self) -> Iterator[Problem]:
        yield from _too_many("minutes", (times for times, *_ in self.minutes))
        for index, (_, ec2, ec2_errors, fargate, fargate_errors) in enumerate(self.minutes):
            for side, requests, errors in (
                ("EC2", ec2, ec2_errors),
                ("Fargate", fargate, fargate_errors),
            ):
                if errors > requests:
                    yield Problem(
                        key=f"minutes.{index}",
                        found=f"{errors} errors in {requests} requests of {side}",
                        allowed="at most as many errors as requests",
                    )
        if self.share is None and not self._usual_share:
            yield Problem(
                key="share",
                found="nothing",
                allowed=f"a share: at {self.stage} there is no usual one",
                fix="add it",
            )
        if self.share == 1 and self._is_compared:
            yield Problem(
                key="share",
                found="1",
                allowed=f"less than 1: at {self.stage} both sides answer",
                fix="give Fargate's part of the requests",
            )
        if self.usual_rate is not None and (self._is_compared or self.what == "4xx"):
            yield Problem(
                key="usual_rate",
                found=str(self.usual_rate),
                allowed="errors of a stage at which Fargate answers everything",
                fix="remove it: EC2's own errors stand in `minutes`",
            )

    @property
    def part(self) -> PartName:
        return PartName(self.what)

    @property
    def _is_compared(self) -> bool:
        return PartName.SHARE in ROWS[self.stage].judged_by

    @property
    def _usual_share(self) -> float:
        return float(share_at(Ladder(), self.stage, Side.FARGATE))

    def judge(self) -> Part:
        minutes = _rows((times, Minute(*counts)) for times, *counts in self.minutes)
        share = self.share or self._usual_share
        if self.what == "4xx":
            return judge_client_errors(minutes, share)
        if self.usual_rate is not None:
            usual = Before(self.usual_rate, self.dispersion)
            return judge_errors_alone(minutes, usual, burst_rate=self.burst_rate)
        return judge_errors(minutes, share, burst_rate=self.burst_rate)


class RecordedLatency(Recording):
    """The same percentile of both sides' response times by block."""

    what: Literal["latency"]
    block_minutes: BlockMinutes
    pairs: Annotated[tuple[tuple[Times, Amount | None, Amount | None], ...], Field(min_length=1)]
    """Rows of: times, EC2's milliseconds, Fargate's; null if too few requests."""

    def problems(self) -> Iterator[Problem]:
        yield from _too_many("pairs", (times for times, *_ in self.pairs))

    @property
    def part(self) -> PartName:
        return PartName.LATENCY

    def judge(self) -> Part:
        pairs = _rows((times, Pair(*values)) for times, *values in self.pairs)
        return judge_latency(pairs, block_minutes=self.block_minutes)


class RecordedTotals(Recording):
    """The requests of both sides together by block."""

    what: Literal["dip"]
    block_minutes: BlockMinutes = 5
    blocks: Annotated[tuple[tuple[Times, Amount, Amount], ...], Field(min_length=1)]
    """Rows of: times, observed requests, expected requests."""

    def problems(self) -> Iterator[Problem]:
        yield from _too_many("blocks", (times for times, *_ in self.blocks))

    @property
    def part(self) -> PartName:
        return PartName.DIP

    def judge(self) -> Part:
        totals = _rows((times, TotalBlock(*values)) for times, *values in self.blocks)
        return judge_dip(totals, block_minutes=self.block_minutes)


_KINDS: Mapping[str, type[Recording]] = {
    "errors": RecordedErrors,
    "4xx": RecordedErrors,
    "latency": RecordedLatency,
    "dip": RecordedTotals,
}


def read_recording(path: Path) -> Recording:
    """Read a file of recorded minutes.

    Raises InvalidInput with every mistake of it.
    """
    document = _document(path)
    what = document.get("what", "errors")
    if not isinstance(what, str) or what not in _KINDS:
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    key="what",
                    found=quoted(what),
                    allowed=", ".join(_KINDS),
                    fix=did_you_mean(str(what), _KINDS, HOW_TO_FIX),
                )
            ]
        )
    try:
        return _KINDS[what].model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        raise InvalidInput(
            replace(problem, where=str(path), fix=problem.fix or HOW_TO_FIX)
            for problem in to_problems(error)
        ) from None


def _document(path: Path) -> dict[str, Any]:
    reason = "text that is not a JSON object"
    try:
        document = document_in(read_content(path).decode())
    except RecursionError:
        document, reason = None, f"more than {DEEPEST} objects and lists in one another"
    except UnicodeDecodeError:
        document, reason = None, "text that is not UTF-8"
    except (OSError, ValueError) as error:
        document, reason = None, getattr(error, "strerror", None) or str(error)
    if isinstance(document, dict):
        return document
    raise InvalidInput(
        [
            Problem(
                where=str(path),
                found=reason,
                allowed='an object such as {"stage": "canary", "minutes": [[60, 950, 1, 50, 0]]}',
                fix=HOW_TO_FIX,
            )
        ]
    )


def _too_many(key: str, times: Iterable[int]) -> Iterator[Problem]:
    if (rows := sum(times)) > MOST_ROWS:
        yield Problem(
            key=key,
            found=f"{rows} rows, repeated ones counted",
            allowed=f"at most {MOST_ROWS}, the minutes of a month",
        )
