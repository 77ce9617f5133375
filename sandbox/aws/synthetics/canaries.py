"""A canary of CloudWatch Synthetics: its states, and what AWS refuses of it."""

import base64
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends

from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.metric_store import STORE, StoredSeries
from sandbox.aws.synthetics.canary_runs import EndedRun, run_in_background
from sandbox.aws.synthetics.canary_runtimes import RUNTIMES
from sandbox.settings import SandboxSettings

SETTINGS = SandboxSettings.from_environment()

LARGEST_ARCHIVE = 225 * 1024
MOST_VARIABLES_BYTES = 4 * 1024
"""AWS: Lambda quotas, environment variables."""
LISTED_AFTER_SECONDS = 1.0
"""A run is listed so long after its end."""

_NAME = re.compile(r"[0-9a-z_-]{1,255}")
_RATE = re.compile(r"rate\((\d+) (minute|minutes|hour)\)")


class CanaryError(Exception):
    """Synthetics refuses a call."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


def invalid(message: str) -> CanaryError:
    return CanaryError(HTTPStatus.BAD_REQUEST, "ValidationException", message)


def conflict(message: str) -> CanaryError:
    return CanaryError(HTTPStatus.CONFLICT, "ConflictException", message)


def not_found(message: str) -> CanaryError:
    return CanaryError(HTTPStatus.NOT_FOUND, "ResourceNotFoundException", message)


@dataclass
class RunRecord:
    """One run."""

    id: str
    started: float
    ended: EndedRun | None = None
    completed: float = 0


@dataclass
class Canary:
    """One canary; every caller holds the server's lock."""

    name: str
    settings: dict[str, Any]
    """The last values that were given, by the names of the API."""
    tags: dict[str, str]
    archive: bytes
    state: str = "CREATING"
    reason: str = ""
    next_state: str = "READY"
    """The state that the next call finds."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    timeline: dict[str, float] = field(default_factory=dict)
    runs: list[RunRecord] = field(default_factory=list)
    """The newest first."""
    next_run: float | None = None
    """The time of the next run of a schedule."""

    @classmethod
    def create(cls, asked: Mapping[str, Any]) -> "Canary":
        """Return a new canary. Raises CanaryError."""
        name = asked["Name"]
        if not _NAME.fullmatch(name):
            raise invalid(f"Value '{name}' at 'name' failed to satisfy constraint: {_NAME.pattern}")
        if name in CANARIES:
            raise conflict(f"A canary with the name {name} already exists")
        settings = {key: value for key, value in asked.items() if key not in ("Tags", "Name")}
        canary = cls(name, settings, dict(asked.get("Tags") or {}), _archive(asked.get("Code")))
        canary._check(settings)
        _require_runtime(asked["RuntimeVersion"])
        canary.timeline = dict.fromkeys(("Created", "LastModified"), CLOCK.seconds())
        if why := _why_not_assumed(asked["ExecutionRoleArn"]):
            canary.next_state, canary.reason = "ERROR", why
        else:
            canary._make_function()
        return canary

    @property
    def arn(self) -> str:
        return f"arn:aws:synthetics:{SETTINGS.region}:{SETTINGS.account_id}:canary:{self.name}"

    @property
    def function(self) -> str:
        """Return the name of its Lambda function."""
        return f"cwsyn-{self.name}-{self.id}"[:140]

    @property
    def every_seconds(self) -> int:
        """Return the time between two runs; 0 if it runs once when it is started."""
        matched = _RATE.fullmatch(self.settings["Schedule"]["Expression"])
        assert matched is not None
        return int(matched[1]) * (3600 if matched[2] == "hour" else 60)

    def update(self, asked: Mapping[str, Any]) -> None:
        """Change it. Raises CanaryError: what runs, or is broken, is not changed."""
        if self.state not in ("READY", "STOPPED"):
            raise conflict(f"Canary {self.name} is in state {self.state} and can't be updated")
        runtime = asked.get("RuntimeVersion", self.settings["RuntimeVersion"])
        if runtime != self.settings["RuntimeVersion"]:
            if not (asked.get("Code") or {}).get("ZipFile"):
                raise invalid("Code must be provided when updating to a different runtime")
            _require_runtime(runtime)
        changed = {key: value for key, value in asked.items() if key != "Name"}
        settings = {**self.settings, **changed}
        self._check(settings)
        if code := changed.get("Code"):
            settings["Code"] = {**self.settings["Code"], **code}
            self.archive = _archive(code) or self.archive
        self.settings = settings
        self.timeline["LastModified"] = CLOCK.seconds()
        self.state, self.next_state = "UPDATING", self.state

    def delete(self, *, deletes_lambda: bool) -> None:
        """Delete it; without `deletes_lambda` its function stays. Raises CanaryError."""
        if self.state not in ("READY", "STOPPED", "ERROR"):
            raise conflict(f"Canary {self.name} is in state {self.state} and can't be deleted")
        self.state, self.next_state = "DELETING", "DELETED"
        if deletes_lambda:
            _lambdas().delete_function(self.function)

    def start(self) -> None:
        """Start it. Raises CanaryError unless it is ready or stopped."""
        if self.state not in ("READY", "STOPPED"):
            raise conflict(f"Canary {self.name} is in state {self.state} and can't be started")
        self.state, self.next_state = "STARTING", "RUNNING"
        self.timeline["LastStarted"] = CLOCK.seconds()
        self._run()

    def stop(self) -> None:
        """Stop it: a run that has not ended is never recorded. Raises CanaryError."""
        if self.state != "RUNNING":
            raise conflict(f"Canary {self.name} is in state {self.state} and can't be stopped")
        self.runs = [run for run in self.runs if run.ended]
        self.next_run = None
        self._stopped()

    def move_on(self) -> None:
        """Let time pass: states end, scheduled runs start."""
        if self.next_state == "DELETED":
            CANARIES.pop(self.name, None)
            return
        is_running = any(run.ended is None for run in self.runs)
        if self.state in ("CREATING", "UPDATING", "STARTING"):
            self.state = self.next_state
        if self.state != "RUNNING" or is_running:
            return
        if not self.every_seconds:
            self._stopped()
        elif self.next_run is not None and CLOCK.seconds() >= self.next_run:
            self._run()

    def listed_runs(self) -> list[dict[str, Any]]:
        """Return the runs that are listed already, the newest first."""
        now = CLOCK.seconds()
        return [
            self._run_as_data(run, run.ended)
            for run in self.runs
            if run.ended and now >= run.completed + LISTED_AFTER_SECONDS
        ]

    def as_data(self) -> dict[str, Any]:
        """Return it as AWS answers: without variables, and with times in seconds."""
        settings = self.settings
        run_config = {"TimeoutInSeconds": 840, "MemoryInMB": 1000, "ActiveTracing": False}
        run_config |= settings.get("RunConfig") or {}
        run_config.pop("EnvironmentVariables", None)
        layer = f"arn:aws:lambda:{SETTINGS.region}:{SETTINGS.account_id}:layer:{self.function}:1"
        engine = f"arn:aws:lambda:{SETTINGS.region}:{SETTINGS.account_id}:function:{self.function}"
        expression = settings["Schedule"]["Expression"]
        schedule = {
            "Expression": expression if self.every_seconds else "rate(0 hour)",
            "DurationInSeconds": settings["Schedule"].get("DurationInSeconds") or 0,
        }
        vpc = settings.get("VpcConfig") or {}
        return {
            "Id": self.id,
            "Name": self.name,
            "Code": {"SourceLocationArn": layer, "Handler": settings["Code"]["Handler"]},
            "ExecutionRoleArn": settings["ExecutionRoleArn"],
            "Schedule": schedule,
            "RunConfig": run_config,
            "SuccessRetentionPeriodInDays": settings.get("SuccessRetentionPeriodInDays", 31),
            "FailureRetentionPeriodInDays": settings.get("FailureRetentionPeriodInDays", 31),
            "Status": {"State": self.state, "StateReason": self.reason},
            "Timeline": self.timeline,
            "ArtifactS3Location": settings["ArtifactS3Location"].removeprefix("s3://"),
            "EngineArn": engine,
            "EngineConfigs": [{"EngineArn": engine, "BrowserType": "CHROME"}],
            "RuntimeVersion": settings["RuntimeVersion"],
            **({"VpcConfig": vpc} if vpc.get("SubnetIds") else {}),
            **({"ArtifactConfig": config} if (config := settings.get("ArtifactConfig")) else {}),
            "Tags": self.tags,
        }

    def _check(self, settings: Mapping[str, Any]) -> None:
        expression = settings["Schedule"]["Expression"]
        matched = _RATE.fullmatch(expression)
        if matched is None:
            raise invalid(f"Invalid schedule expression {expression}: the sandbox takes rates only")
        frequency = int(matched[1]) * (3600 if matched[2] == "hour" else 60)
        if frequency > 3600:
            raise invalid(f"Schedule rate must be between 1 minute and 1 hour: {expression}")
        config = settings.get("RunConfig") or {}
        timeout = config.get("TimeoutInSeconds")
        if timeout and frequency and timeout > frequency:
            raise invalid(f"Timeout {timeout} can't be longer than the frequency of {frequency}")
        variables = config.get("EnvironmentVariables") or {}
        size = sum(len(name) + len(value) for name, value in variables.items())
        if size > MOST_VARIABLES_BYTES:
            raise invalid(f"Environment variables exceed {MOST_VARIABLES_BYTES} bytes: {size}")
        if "." in settings["ArtifactS3Location"].removeprefix("s3://").partition("/")[0]:
            raise invalid("The bucket name of ArtifactS3Location can't include a period")

    def _make_function(self) -> None:
        _lambdas().create_function(
            {
                "FunctionName": self.function,
                "Role": self.settings["ExecutionRoleArn"],
                "Handler": "index.handler",
                "Runtime": "nodejs20.x",
                "Code": {"ZipFile": base64.b64encode(self.archive).decode()},
            }
        )

    def _stopped(self) -> None:
        self.state = "STOPPED"
        self.timeline["LastStopped"] = CLOCK.seconds()

    def _run(self) -> None:
        now = CLOCK.seconds()
        self.next_run = now + self.every_seconds if self.every_seconds else None
        run = RunRecord(str(uuid.uuid4()), now)
        self.runs.insert(0, run)

        def end(ended: EndedRun) -> None:
            run.completed = CLOCK.seconds()
            run.ended = ended
            dimensions = frozenset({("CanaryName", self.name)})
            series = StoredSeries("CloudWatchSynthetics", "SuccessPercent", dimensions)
            STORE.put(series, run.completed, {100.0 if ended.passed else 0.0: 1.0}, unit="Percent")

        config = self.settings.get("RunConfig") or {}
        run_in_background(
            self.archive,
            self.settings["Code"]["Handler"],
            config.get("EnvironmentVariables") or {},
            timeout_seconds=config.get("TimeoutInSeconds") or 840,
            end=end,
        )

    def _run_as_data(self, run: RunRecord, ended: EndedRun) -> dict[str, Any]:
        status = {"State": "PASSED" if ended.passed else "FAILED", "TestResult": ended.test_result}
        if not ended.passed:
            status |= {"StateReason": ended.reason, "StateReasonCode": ended.code}
        location = self.settings["ArtifactS3Location"].removeprefix("s3://")
        return {
            "Id": run.id,
            "Name": self.name,
            "Status": status,
            "Timeline": {"Started": run.started, "Completed": run.completed},
            "ArtifactS3Location": location,
        }


CANARIES: dict[str, Canary] = {}
"""The account's canaries by name."""


def _archive(code: Mapping[str, Any] | None) -> bytes:
    content = base64.b64decode((code or {}).get("ZipFile") or "")
    if len(content) > LARGEST_ARCHIVE:
        raise invalid(f"The zip file has {len(content)} bytes; at most {LARGEST_ARCHIVE} are taken")
    return content


def _require_runtime(name: str) -> None:
    """Refuse to create on a deprecated runtime, or to move to it. Canaries that have it run on."""
    runtime = RUNTIMES.get(name)
    if runtime is None:
        raise invalid(f"Runtime version {name} doesn't exist")
    if runtime.deprecated and runtime.deprecated.timestamp() <= CLOCK.seconds():
        raise invalid(f"Runtime version {name} is deprecated; use a supported runtime version")


def _why_not_assumed(role_arn: str) -> str | None:
    backend = iam_backends[SETTINGS.account_id]["aws"]
    role = next((role for role in backend.roles.values() if role.arn == role_arn), None)
    if role is None or "lambda.amazonaws.com" not in str(role.assume_role_policy_document):
        return "The role defined for the function cannot be assumed by Lambda."
    return None


def _lambdas() -> Any:
    return lambda_backends[SETTINGS.account_id][SETTINGS.region]
