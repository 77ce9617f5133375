"""Reads the files that the runner of a load test leaves, and the limits that are judged."""

import json
from dataclasses import dataclass

from rollout.aws.clients import Client
from rollout.terminal.refusal import Failed

REPORT, SUMMARY = "report.html", "summary.json"


@dataclass(frozen=True)
class LimitCheck:
    """A limit, and what was seen."""

    seen_by: str
    """The runner, or a side with its load balancer."""
    name: str
    limit: float
    value: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True)
class Results:
    """The paths at which a run leaves its files."""

    client: Client
    bucket: str
    prefix: str

    @property
    def place(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def read(self, name: str) -> bytes:
        """Return a file. Raises Failed where the runner has not left it."""
        s3 = self.client("s3")
        try:
            answer = s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        except s3.exceptions.NoSuchKey:
            raise Failed(
                f"the runner has left no {name} below {self.place}; read the log of its task"
            ) from None
        return bytes(answer["Body"].read())

    def checks(self) -> tuple[LimitCheck, ...]:
        """Return the limits of the runner. Raises Failed for a summary of another form."""
        try:
            rows = json.loads(self.read(SUMMARY))["thresholds"]
            return tuple(
                LimitCheck("runner", str(row["name"]), float(row["limit"]), float(row["value"]))
                for row in rows
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Failed(
                f"{SUMMARY} below {self.place} has no list `thresholds` of name, limit and value: "
                f"{error!r}. Correct the runner."
            ) from None
