"""The settings of a sandbox, passed to its process as environment variables."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

PREFIX = "SANDBOX_"


@dataclass(frozen=True)
class Settings:
    """The behaviour of the local AWS. Times are in seconds; 0 means at once."""

    account_id: str = "111111111111"
    region: str = "eu-west-1"
    task_start_seconds: float = 0.0
    """The time from the start of an ECS task until it runs and its target is healthy."""
    dns_change_seconds: float = 1.0
    """The time for which a change of Route 53 is PENDING before it is INSYNC."""
    wait_for_dns_changes: bool = True
    """If False, Route 53 answers a change without ChangeInfo, so that Terraform's AWS provider does
    not wait. It sleeps 10 to 29 s before its first request for the status of any change (provider
    5.100.0, `waitChangeInsync`)."""

    def to_environment(self) -> dict[str, str]:
        """Return the settings as variables for the server's process."""
        return {PREFIX + key.upper(): str(value) for key, value in asdict(self).items()}

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables of `to_environment`; a missing variable leaves the default."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            if (text := variables.get(PREFIX + field.name.upper())) is not None:
                default: Any = field.default
                values[field.name] = text == "True" if default is True else type(default)(text)
        return cls(**values)
