"""The state of one thing that watches an environment."""

from collections.abc import Iterable
from dataclasses import dataclass

from rollout.contracts.seen import SeenState


@dataclass(frozen=True)
class WatchingLine:
    """A thing, what AWS says of it, and what asks for it."""

    thing: str
    state: SeenState
    shown: str
    """The answer of AWS, in a few words."""
    requirements: tuple[str, ...]
    """Of PCI DSS v4.0.1, by id."""
    fix: str = ""
    """The steps to take; empty when nothing has to be done."""

    def as_data(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "thing": self.thing,
            "state": self.state.value,
            "shown": self.shown,
            "pci_dss": list(self.requirements),
            "fix": self.fix or None,
        }


def is_all_on(lines: Iterable[WatchingLine]) -> bool:
    """Return whether nothing is off; what is not ours to see is not."""
    return all(line.state is not SeenState.OFF for line in lines)
