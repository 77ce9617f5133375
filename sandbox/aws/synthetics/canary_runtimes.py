"""The runtimes of Synthetics for Node.js and Puppeteer, with the day of their deprecation.

Source: CloudWatch user guide, "Runtime versions using Node.js and Puppeteer" and "Runtime versions
support policy".
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class CanaryRuntime:
    """One runtime version."""

    name: str
    deprecated: datetime | None = None

    def as_data(self) -> dict[str, Any]:
        deprecation = {"DeprecationDate": self.deprecated.timestamp()} if self.deprecated else {}
        return {"VersionName": self.name, "Description": self.name, **deprecation}


_DEPRECATED = datetime(2026, 1, 22, tzinfo=UTC)

RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        *(
            CanaryRuntime(f"syn-nodejs-puppeteer-{version}", _DEPRECATED)
            for version in ("4.0", "5.0", "5.1", "5.2", "6.0", "6.1", "6.2", "7.0")
        ),
        *(
            CanaryRuntime(f"syn-nodejs-puppeteer-{version}")
            for version in ("8.0", "9.0", "9.1", "10.0", "11.0", "12.0", "13.0", "13.1", "15.0")
        ),
        CanaryRuntime("syn-nodejs-puppeteer-16.1"),
    )
}
