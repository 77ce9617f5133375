"""A service's own thresholds of the judge, each with its reason in the catalogue."""

from collections.abc import Iterator

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem

USUALLY_SLOWER_BY = 1.25
"""Up to this multiple of EC2's response time Fargate is not slower."""


class Judging(Model):
    """The judge's limits for this service instead of the usual ones.

    It holds in every environment, because what is too slow does not depend on where it runs.
    """

    slower_by: float = Field(default=USUALLY_SLOWER_BY, gt=1, le=3)
    """The multiple of EC2's response time up to which Fargate is not slower."""
    because: str = ""
    """The reason for the difference from the usual."""

    def problems(self) -> Iterator[Problem]:
        if self.slower_by != USUALLY_SLOWER_BY and not self.because.strip():
            yield Problem(
                key="because",
                found="nothing",
                allowed="the reason for thresholds of its own",
                fix="say what makes this service different",
            )
