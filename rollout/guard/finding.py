"""What the guard has to say about a plan."""

from dataclasses import dataclass

from rollout.plans.plan import Verb

TAKEN_AWAY = {
    Verb.DELETE: "destroyed",
    Verb.REPLACE: "replaced",
    Verb.FORGET: "no longer managed",
}
"""What happens to a resource that goes, in words."""


@dataclass(frozen=True)
class Finding:
    """One thing that a rule refuses."""

    address: str
    """The resource's address in its stack; empty: the plan as a whole."""
    saw: str
    do: str


@dataclass(frozen=True)
class Refusal:
    """A finding with the rule and the stack that it belongs to."""

    rule: str
    stack: str
    finding: Finding
    allowed_because: str | None = None
    """Why break-glass lets it pass; None: it is refused."""

    @property
    def is_allowed(self) -> bool:
        return self.allowed_because is not None
