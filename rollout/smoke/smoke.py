"""Runs the scenarios of a side, side by side, and returns the verdict."""

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pay.model import Environment, Side
from pay.model.smoke import SmokeScenario
from pay.model.stacks import SMOKE
from pay.smoke.targets import CanaryTarget, on_side
from rollout.aws.clients import Client
from rollout.aws.polling import Clock
from rollout.smoke.canaries import DeployedCanary
from rollout.smoke.runs import ShownRun, not_known
from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeVerdict, verdict
from rollout.terminal.refusal import Finding, Refused

AT_ONCE = 8
"""Public: so many smoke tests run at the same time in GOV.UK Pay's pipeline."""

Attempt = Callable[[], ShownRun]


def sides_to_try(environment: Environment, side: Side | None) -> list[Side]:
    """Return the side, or without one all that the environment has.

    Raises Refused without smoke tests, or without the side.
    """
    sides = [each for each in Side if on_side(environment, each)]
    what = f"the smoke tests of {environment.name}"
    if environment.smoke is None:
        reason = f"{environment.name} has no smoke tests: its file has no table [smoke]"
        stack = SMOKE.stack_id(environment.name)
        fix = f"add the table to {environment.name}.toml and deploy {stack}"
        raise Refused(what, [Finding("smoke", reason, fix)])
    if side and side not in sides:
        reason = f"no service of {environment.name} has the side {side}"
        raise Refused(what, [Finding("side", reason, "try the other side")])
    return [side] if side else sides


def smoke(
    environment: Environment,
    side: Side,
    scenarios: Collection[SmokeScenario] | None = None,
    *,
    client: Client,
    clock: Clock = Clock(),  # noqa: B008 (frozen)
) -> SmokeVerdict:
    """Start the canaries of a side and wait for the runs that this started.

    `scenarios`: by default all that the side has; `pay.smoke.targets.proving` returns those that
    try one service. One that the side does not have is NOT KNOWN. `client` is that of
    `rollout.aws.clients.asking`. A canary that cannot be asked is NOT KNOWN; raises Refused where
    AWS cannot be reached.
    """
    canaries = client("synthetics")

    def attempt(scenario: SmokeScenario) -> Attempt:
        target = CanaryTarget(scenario, environment, side)
        services = frozenset(service.name for service in target.pinned)
        return DeployedCanary(canaries, target.name, scenario.timeout_seconds, clock, services).run

    return tried(environment, side, scenarios, attempt)


def tried(
    environment: Environment,
    side: Side,
    scenarios: Collection[SmokeScenario] | None,
    attempt: Callable[[SmokeScenario], Attempt],
    *,
    at_once: int = AT_ONCE,
) -> SmokeVerdict:
    """Try each scenario until one attempt passes, at most as often as it may."""
    at = datetime.now(UTC).replace(microsecond=0)
    on = on_side(environment, side)
    chosen = on if scenarios is None else tuple(scenarios)

    def outcome(scenario: SmokeScenario) -> ScenarioOutcome:
        if scenario.name not in {each.name for each in on}:
            missing = not_known(f"no canary of {environment.name} tries it on {side}")
            return _outcome(scenario, [missing], environment, at, 0)
        began = time.monotonic()
        shown = list[ShownRun]()
        try_it = attempt(scenario)
        while len(shown) < scenario.attempts:
            shown.append(try_it())
            if shown[-1].outcome is Outcome.PASSED or not shown[-1].ran:
                break
        return _outcome(scenario, shown, environment, at, time.monotonic() - began)

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return verdict(environment.name, side, at, pool.map(outcome, chosen))


def _outcome(
    scenario: SmokeScenario,
    shown: list[ShownRun],
    environment: Environment,
    at: datetime,
    seconds: float,
) -> ScenarioOutcome:
    quarantine = scenario.quarantine(environment.name, at.date())
    last = shown[-1]
    tries = f" ({len(shown)} attempts)" if len(shown) > 1 and last.reason else ""
    return ScenarioOutcome(
        scenario=scenario.name,
        outcome=last.outcome,
        reason=last.reason + tries,
        third_party=last.third_party,
        quarantine=f"{quarantine.owner} until {quarantine.until}" if quarantine else None,
        runs=tuple(each.id for each in shown if each.id),
        seconds=round(seconds, 1),
    )
