"""Starts a canary and waits for the end of the run that this started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from pay.smoke.targets import ASKS
from rollout.aws.polling import Clock
from rollout.smoke.runs import ShownRun, failed, not_known
from rollout.smoke.verdict import Outcome

STARTABLE = frozenset({"READY", "STOPPED"})
BROKEN = frozenset({"ERROR", "DELETING"})

PATIENCE_SECONDS = 120
"""A run may begin a while after its start, and be listed a while after its end."""


@dataclass(frozen=True)
class DeployedCanary:
    """One canary, by its name in AWS."""

    client: Any
    """Of boto3, for `synthetics`."""
    name: str
    timeout_seconds: int
    clock: Clock = field(default_factory=Clock)
    services: frozenset[str] = frozenset()
    """The services whose load balancers on the side it has to ask. A canary that was deployed
    before their side asks without it, and passes.
    """

    def run(self) -> ShownRun:
        """Start it and wait. Whatever did not run, or was not seen to end, is not known."""
        deadline = self.clock.seconds() + self.timeout_seconds + PATIENCE_SECONDS
        try:
            started = self._start(deadline)
            return started if isinstance(started, ShownRun) else self._wait(started, deadline)
        except ClientError as error:
            return not_known(f"{self.name}: {error}")

    def _start(self, deadline: float) -> datetime | ShownRun:
        """Return AWS's time just before the start, or why it cannot be started. A run of somebody
        else is waited for, because it may have begun before what is tried was there.
        """
        status: Mapping[str, Any] = {}
        for _ in self.clock.looks(deadline - self.clock.seconds()):
            try:
                answer = self.client.get_canary(Name=self.name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                return not_known(f"there is no canary {self.name}: deploy the stack of smoke tests")
            asked = answer["Canary"].get("Tags", {}).get(ASKS, "").split()
            if missing := sorted(self.services - set(asked)):
                return not_known(
                    f"{self.name} does not ask {', '.join(missing)} yet: deploy the stack of smoke "
                    "tests"
                )
            status = answer["Canary"]["Status"]
            if status["State"] in BROKEN:
                why = status.get("StateReason") or "no reason is given"
                return not_known(
                    f"{self.name} is in state {status['State']} ({why}): delete it and deploy the "
                    "stack of smoke tests again"
                )
            if status["State"] in STARTABLE:
                try:
                    self.client.start_canary(Name=self.name)
                    return _date(answer)
                except ClientError as error:
                    if error.response["Error"]["Code"] != "ConflictException":
                        raise
        return not_known(f"{self.name} stayed {status['State']}: somebody else runs or changes it")

    def _wait(self, since: datetime, deadline: float) -> ShownRun:
        run: Mapping[str, Any] | None = None
        for _ in self.clock.looks(deadline - self.clock.seconds()):
            run = self._latest_run(since)
            if run and run["Status"]["State"] != "RUNNING":
                return _shown(run)
        what = "is still running" if run else "is listed"
        return not_known(f"no run of {self.name} that began after {since:%H:%M:%S} {what}")

    def _latest_run(self, since: datetime) -> Mapping[str, Any] | None:
        """Return the newest run that began after our start."""
        runs = self.client.get_canary_runs(Name=self.name, MaxResults=10)["CanaryRuns"]
        ours = [run for run in runs if run["Timeline"]["Started"] >= since]
        return max(ours, key=lambda run: run["Timeline"]["Started"], default=None)


def _date(answer: Mapping[str, Any]) -> datetime:
    """Return AWS's own time of an answer, because the clock of this machine may be wrong."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)


def _shown(run: Mapping[str, Any]) -> ShownRun:
    """Return what an ended run shows. A script may pass while its screenshots cannot be stored.
    Then the canary is at fault, and not what it tries (Synthetics API reference,
    `CanaryRunStatus`).
    """
    status, id = run["Status"], run["Id"]
    reason = status.get("StateReason") or "no reason is given"
    if status["State"] == "PASSED":
        return ShownRun(Outcome.PASSED, id=id)
    if status.get("StateReasonCode") == "EXECUTION_FAILURE" or (
        status.get("TestResult") in ("PASSED", "UNKNOWN")
    ):
        return ShownRun(Outcome.NOT_KNOWN, f"the canary itself failed: {reason}", id)
    return failed(reason, id)
