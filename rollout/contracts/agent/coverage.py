"""The share of a side that GuardDuty's agent watches, as AWS shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pay.model import Side
from rollout.contracts.seen import SeenState, fix_of_denial


@dataclass(frozen=True, order=True)
class AgentObstacle:
    """One thing that keeps the agent from running, or from sending what it sees."""

    reason: str
    fix: str


@dataclass(frozen=True)
class Coverage:
    """The tasks of a service on one side that run now, and those with an agent."""

    service: str
    side: Side
    tasks: int = 0
    watched: int = 0
    obstacles: tuple[AgentObstacle, ...] = ()
    denied: str = ""
    """The answer of AWS where the caller may not see the tasks or the agents."""

    @property
    def state(self) -> SeenState:
        """Return whether every task is watched; without a task, nothing is."""
        if self.denied:
            return SeenState.NOT_OURS
        is_whole = 0 < self.tasks == self.watched and not self.obstacles
        return SeenState.ON if is_whole else SeenState.OFF

    @property
    def brief(self) -> str:
        """Return it in a few words, such as `2 of 3 watched`."""
        if self.denied:
            return SeenState.NOT_OURS.value
        text = f"{self.watched} of {self.tasks} watched" if self.tasks else "no task runs"
        return f"{text}, blocked" if self.obstacles and self.tasks == self.watched else text

    @property
    def reasons(self) -> str:
        """Return what is wrong, in a sentence; empty when nothing is."""
        if self.denied:
            return self.denied
        where = (
            f"{self.watched} of {self.tasks} tasks of {self.service} on {self.side} have an agent"
        )
        if not self.tasks:
            where = f"no task of {self.service} runs on {self.side}"
        return "; ".join([where, *(each.reason for each in self.obstacles)])

    @property
    def fix(self) -> str:
        """Return what to do about it."""
        if self.denied:
            return fix_of_denial("the calls that AWS denied")
        fixes = dict.fromkeys(each.fix for each in self.obstacles)
        return "; ".join(fixes) or "start the side, then ask again"

    def as_data(self) -> Mapping[str, object]:
        """Return it for programs."""
        return {
            "service": self.service,
            "side": self.side.value,
            "state": self.state.value,
            "tasks": self.tasks,
            "watched": self.watched,
            "obstacles": [{"reason": each.reason, "fix": each.fix} for each in self.obstacles],
            "denied": self.denied or None,
        }
