"""What a dashboard shows of a service's history: when its stage began, and what let it come."""

from datetime import datetime

from pay.model.base import Model


class Stay(Model):
    """A service's time at its stage, as its journal has it."""

    since: datetime
    """In UTC."""
    came: str
    """How it came to its stage, in a sentence: by which verdict or evidence."""
