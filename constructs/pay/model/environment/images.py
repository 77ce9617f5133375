"""The images of an environment: releases of sidecars, and the repositories of its account."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.text_types import ImageDigest, KeptEncryption, RepositoryName, RoleArn

DAY = "day"
"""The key under which the reader of the files puts a date, which JSON does not have."""


def _day(value: object) -> date:
    text = value.get(DAY) if isinstance(value, dict) else value
    if type(text) is date:
        return text
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()
    except ValueError:
        raise ValueError("a date, for example 2026-11-20") from None


Day = Annotated[date, BeforeValidator(_day)]


class Pin(Model):
    """The release of a sidecar that an environment runs; one line changes with a patch."""

    release: int = Field(ge=1)
    """The number of its tag, `<number>-release`."""
    digest: ImageDigest
    """The digest of the release's index, the same in the registry of every account."""
    built: Day
    """The day of the build: later fixes of its packages are not in it (PCI DSS v4.0.1, 6.3.3)."""


class Registry(Model):
    """The repositories of an account in ECR; without the table its stacks hold none."""

    pulled_by: tuple[RoleArn, ...] = ()
    """The roles of other accounts that may pull images here. One copies releases into the next
    account. They exist already."""
    encryption: Mapping[RepositoryName, KeptEncryption] = {}
    """The encryption of repositories that existed before, as `pay adopt` found it. ECR never
    changes it, so another value here would delete the repository with its images. Left out: KMS."""

    def problems(self) -> Iterator[Problem]:
        if len(set(self.pulled_by)) < len(self.pulled_by):
            yield Problem(key="pulled_by", found="a role twice", allowed="each role once")
