"""A service to judge, at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pay.model import Environment, Microservice, Stage
from pay.model.side import ServiceSide
from pay.model.stage.dns_answers import share_at
from pay.model.stage.parts import PartName, parts_of
from pay.model.stage.rows import ROWS
from pay.model.vocabulary import Side


@dataclass(frozen=True)
class ServiceToJudge:
    """A service to judge at its stage."""

    environment: Environment
    service: Microservice
    since: datetime
    """The time when it reached its stage."""
    weights: str
    at: datetime

    @property
    def stage(self) -> Stage:
        return self.environment.services[self.service.name].stage

    @property
    def parts(self) -> frozenset[PartName]:
        """Return the parts that the stage and the service have; empty if nothing can be judged."""
        return parts_of(self.service, ROWS[self.stage].judged_by)

    @property
    def share(self) -> float:
        """Return Fargate's part of the requests, by the weights."""
        return float(share_at(self.environment.ladder, self.stage, Side.FARGATE))

    @property
    def is_alone(self) -> bool:
        """Return whether Fargate answers everything, so that errors have no other side."""
        return PartName.SHARE not in self.parts

    @cached_property
    def sides(self) -> Mapping[Side, ServiceSide]:
        return {side: ServiceSide(self.service, self.environment, side) for side in Side}
