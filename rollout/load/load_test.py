"""Runs a load test of a whole environment: wake, make the load, sleep, judge.

The schedules that put the environment to sleep are created in AWS before the wake. So it sleeps
afterwards, whatever happens to this command.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

from pay.catalogue import CATALOGUE
from pay.model import Environment, names
from pay.model.environment.host_names import host_name
from pay.model.environment.load import AFTER, FAMILY, Load, RunnerExit, Scenario
from rollout.load.page import as_page
from rollout.load.results import REPORT, SUMMARY, LimitCheck, Results
from rollout.load.runner_log import RunnerLog
from rollout.load.seen import Activity, SeenLoad, SideBalancer, balancers, scaled, seen_by
from rollout.measure.measure import LAG
from rollout.sleep.mover import Mover, PartRow
from rollout.sleep.sleeping import plan_to_sleep, put_to_sleep, wake
from rollout.tasks.one_off import EndedTask, Runner
from rollout.terminal.refusal import Failed, Finding, Refused

STARTED_BY = "load-test"

PAGE = "verdict.html"

WAKE_ROOM = timedelta(hours=1)
"""The most time that the wake may take before its backstop ends the run early."""


def load_tests_of(environment: Environment) -> Load:
    """Return the table `load` of an environment's file. Raises Refused without it."""
    if environment.load is None:
        name = environment.name
        fix = "add it, and apply the stack: docs/tasks/test-under-load.md"
        if environment.production:
            fix = "nothing: real payments pass here"
        reason = f"the file of {name} has no table `load`"
        raise Refused(f"testing {name} under load", [Finding("load", reason, fix)])
    return environment.load


def backstop_at(scenario: Scenario, now: datetime) -> datetime:
    """Return when AWS puts the environment to sleep, if the command no longer can."""
    return now + WAKE_ROOM + scenario.length + AFTER


class LoadVerdict(IntEnum):
    """The result of a load test; the value is the exit code."""

    PASSED = RunnerExit.PASSED
    BROKEN = 2
    """Nothing is known about the environment, or parts of it are left awake."""
    THRESHOLDS_MISSED = RunnerExit.THRESHOLDS_MISSED


@dataclass(frozen=True)
class LoadOutcome:
    """The results of a load test."""

    place: str
    """The place of the results."""
    checks: tuple[LimitCheck, ...] = ()
    seen: tuple[SeenLoad, ...] = ()
    """The behaviour of each side while the load ran."""
    activities: tuple[Activity, ...] = ()
    """The scaling activities meanwhile."""
    broken: str = ""
    """The reason why nothing was shown; empty if something was."""
    left_awake: tuple[PartRow, ...] = ()

    @property
    def is_met(self) -> bool:
        """Return whether every limit was held."""
        return all(check.is_met for check in self.checks)

    @property
    def verdict(self) -> LoadVerdict:
        if self.broken or self.left_awake:
            return LoadVerdict.BROKEN
        return LoadVerdict.PASSED if self.is_met else LoadVerdict.THRESHOLDS_MISSED


@dataclass(frozen=True)
class Ran:
    """A run that came to its end, before it is judged."""

    ended: EndedTask
    start: datetime
    end: datetime
    balancers: tuple[SideBalancer, ...]


@dataclass(frozen=True)
class LoadTestRun:
    """One run of a scenario."""

    name: str
    scenario: Scenario
    load: Load
    mover: Mover
    runner: Runner

    def run(self) -> LoadOutcome:
        """Run and judge it. Raises Refused with nothing changed, Failed when AWS starts nothing;
        the environment sleeps afterwards also then, and at Ctrl-C.
        """
        mover, results = self.mover, self._results()
        sleeps = mover.environment.sleep is not None
        network = self.runner.network(
            names.LOAD_SUBNETS, [names.load_security_group(mover.environment.name)]
        )
        if sleeps:
            plan_to_sleep(mover, backstop_at(self.scenario, mover.now()))
        left: tuple[PartRow, ...] = ()
        try:
            ran = self._awake(results, network)
        finally:
            if sleeps:
                mover.report("Putting it to sleep; a schedule does it if this is interrupted.")
                left = tuple(row for row in put_to_sleep(mover) if not row.is_done)
        if isinstance(ran, str):
            return LoadOutcome(results.place, broken=ran, left_awake=left)
        return replace(self._judge(ran, results), left_awake=left)

    def keep(self, outcome: LoadOutcome, folder: Path) -> None:
        """Write the runner's files into a folder, and the page of a test that showed something.
        Reports each file that the runner has not left.
        """
        prefix = outcome.place.removeprefix(f"s3://{self.load.bucket}/")
        results = Results(self.runner.client, self.load.bucket, prefix)
        folder.mkdir(parents=True, exist_ok=True)
        for name in (REPORT, SUMMARY):
            try:
                content = results.read(name)
            except Failed as error:
                self.runner.report(f"{error}.")
                continue
            folder.joinpath(name).write_bytes(content)
        if outcome.broken:
            return
        page = as_page(
            f"{self.name} in {self.mover.environment.name}",
            self.scenario,
            "passed" if outcome.is_met else "thresholds missed",
            outcome.checks,
            outcome.seen,
            outcome.activities,
        )
        folder.joinpath(PAGE).write_text(page)

    def _results(self) -> Results:
        moment = f"{self.mover.now():%Y-%m-%dT%H%M%SZ}"
        prefix = f"load-tests/{self.name}/{moment}"
        return Results(self.runner.client, self.load.bucket, prefix)

    def _awake(self, results: Results, network: Mapping[str, object]) -> Ran | str:
        """Wake it and make the load; return the run, or why there was none."""
        mover = self.mover
        if mover.environment.sleep:
            late = [row.name for row in wake(mover) if not row.is_done]
            if late:
                return f"not awake: {', '.join(late)}"
        mover.check()
        which = balancers(mover.environment, mover.client)
        self._stop_what_was_left()
        start = mover.now()
        task = self.runner.start(
            names.one_off_task_family(mover.environment.name, FAMILY),
            network=network,
            started_by=STARTED_BY,
            token=uuid.uuid4().hex,
            overrides=self._overrides(results),
        )
        log = RunnerLog(mover.environment, self.runner.client, task, self.runner.report)
        try:
            ended = self.runner.follow(task, FAMILY, log.show)
        except BaseException:
            self._stop(task)
            raise
        return Ran(ended, start, mover.now(), which)

    def _judge(self, ran: Ran, results: Results) -> LoadOutcome:
        """Return every limit with what was seen, or why nothing was."""
        if ran.ended.exit_code not in (*RunnerExit,):
            words = "; ".join([ran.ended.in_words, *ran.ended.log_lines[-1:]])
            return LoadOutcome(results.place, broken=words)
        missing = (ran.end + LAG - self.mover.now()).total_seconds()
        if missing > 0:
            self.mover.report("Waiting for the last minutes of the load balancers.")
            self.mover.clock.sleep(missing)
        client, environment = self.runner.client, self.mover.environment
        try:
            own = results.checks()
            seen = seen_by(ran.balancers, client("cloudwatch"), ran.start, ran.end)
        except Failed as error:
            return LoadOutcome(results.place, broken=str(error))
        if ran.ended.exit_code and all(check.is_met for check in own):
            code = ran.ended.exit_code
            words = f"the runner ended with {code}, and its summary misses nothing"
            return LoadOutcome(results.place, broken=words)
        counted = (check for each in seen for check in each.checks(self.scenario))
        activities = scaled(environment, client, ran.start, ran.end)
        return LoadOutcome(results.place, (*own, *counted), seen, activities)

    def _overrides(self, results: Results) -> dict[str, object]:
        """Return the variables of the contract (AWS: ECS API reference, `TaskOverride`)."""
        scenario, minute = self.scenario, 60
        variables = {
            "SCENARIO": self.name,
            "BASE_URL": f"https://{host_name(CATALOGUE['publicapi'], self.mover.environment)}",
            "RATE_PER_SECOND": f"{scenario.per_second:g}",
            "RAMP_SECONDS": str(scenario.ramp_minutes * minute),
            "DURATION_SECONDS": str(scenario.minutes * minute),
            "MAX_P95_MS": str(scenario.max_p95_ms),
            "MAX_FAILED_PERCENT": f"{scenario.max_failed_percent:g}",
            "RESULTS_PREFIX": results.prefix,
        }
        pairs = [{"name": name, "value": value} for name, value in variables.items()]
        return {"containerOverrides": [{"name": FAMILY, "environment": pairs}]}

    def _stop_what_was_left(self) -> None:
        """Stop the load of a run that was killed. Two at once would measure neither."""
        family = names.one_off_task_family(self.mover.environment.name, FAMILY)
        for task in self.runner.known(family, STARTED_BY):
            if task["desiredStatus"] != "STOPPED":
                self._stop(task["taskArn"])

    def _stop(self, task: str) -> None:
        self.runner.client("ecs").stop_task(
            cluster=self.runner.cluster, task=task, reason="pay load ends it"
        )
