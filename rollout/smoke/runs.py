"""The result of one run of a canary, wherever it ran."""

import re
from dataclasses import dataclass

from pay.model.smoke import ThirdParty
from rollout.smoke.verdict import Outcome

_THIRD_PARTY = re.compile(rf"third party ({'|'.join(ThirdParty)}): ")
"""The words of `ofThirdParty` in `constructs/pay/smoke/scripts/steps.js`."""


@dataclass(frozen=True)
class ShownRun:
    """The result of one run."""

    outcome: Outcome
    reason: str = ""
    id: str | None = None
    """The run's in AWS."""
    ran: bool = True
    """True when there was a run; without one, another attempt would find nothing else."""

    @property
    def third_party(self) -> ThirdParty | None:
        """Return the company that failed in this run, if it was one."""
        named = _THIRD_PARTY.search(self.reason)
        return ThirdParty(named[1]) if named else None


def failed(reason: str, id: str | None = None) -> ShownRun:
    """Return what a failed script shows. It shows nothing if a third party failed in it."""
    is_third_party = _THIRD_PARTY.search(reason)
    return ShownRun(Outcome.NOT_KNOWN if is_third_party else Outcome.FAILED, reason, id)


def not_known(reason: str) -> ShownRun:
    """Return what no run shows."""
    return ShownRun(Outcome.NOT_KNOWN, reason, ran=False)
