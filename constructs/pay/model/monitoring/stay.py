"""A service's history on a dashboard: the start of its stage, and the evidence for it."""

from datetime import datetime

from pay.model.base import Model


class Stay(Model):
    """A service's time at its stage, as its journal has it."""

    since: datetime
    """In UTC."""
    came: str
    """The verdict or evidence by which it came to its stage, in a sentence."""
