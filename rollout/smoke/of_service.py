"""Returns what smoke tests of a side show of one service. The probe asks every service there."""

import re

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, host_name
from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeVerdict

LONGEST_REASON = 1024
"""Characters after which AWS cuts a reason (Synthetics API reference, `CanaryRunStatus`)."""


def of_service(verdict: SmokeVerdict, environment: Environment, service: str) -> SmokeVerdict:
    """Return the verdict for one service. A probe has passed when its failure names other services
    only. Another service that is broken on the side must not hold this one back.
    """
    outcomes = (_of_service(each, environment, service) for each in verdict.outcomes)
    return verdict.model_copy(update={"outcomes": tuple(outcomes)})


def _of_service(each: ScenarioOutcome, environment: Environment, service: str) -> ScenarioOutcome:
    asks_all = SCENARIOS[each.scenario].opens is None
    is_whole = len(each.reason) < LONGEST_REASON
    if each.outcome is not Outcome.FAILED or not (asks_all and is_whole):
        return each
    failing = {name for name in environment.services if _names(each.reason, environment, name)}
    if not failing or service in failing:
        return each
    reason = f"{service} answered; {each.reason}"
    return each.model_copy(update={"outcome": Outcome.PASSED, "reason": reason})


def _names(reason: str, environment: Environment, service: str) -> bool:
    """Return whether `probe.js` names the service among those that failed."""
    host = re.escape(host_name(CATALOGUE[service], environment))
    return re.search(rf"(?<![\w.-]){host}: ", reason) is not None
