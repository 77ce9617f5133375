"""The changes of a service's database: when they run beside a deployment, and which take away."""

from enum import StrEnum

from pydantic import Field

from pay.model.base import Model
from pay.model.text_types import Sentence


class Migrations(StrEnum):
    """The time of a release's migration; each runs once per environment and release."""

    NONE = "none"
    """The service has no database, or its releases never change it."""
    AFTER = "after"
    """Once the release runs on every side. Its code works with the database of before."""
    BEFORE = "before"
    """Before the first task of the release starts. Its code needs what the migration makes."""


class Contraction(Model):
    """A release whose migration takes away what older releases use, with no way back past it."""

    release: int = Field(ge=1)
    """The N of its image tag `N-release`."""
    because: Sentence
    """The reason: what it removes."""
