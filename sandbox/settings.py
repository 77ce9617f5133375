"""The settings of a sandbox, passed to its process as an environment variable."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

VARIABLE = "SANDBOX_SETTINGS"

AS_AWS = "SANDBOX_AS_AWS"
"""The variable by which the server's process passes on how programs use it as AWS: their variables,
as JSON."""

ACCESS_KEY_ID = "sandbox"
"""The access key id of programs that use a sandbox as AWS."""


@dataclass(frozen=True)
class SandboxSettings:
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

    quotas: Mapping[str, float] = field(default_factory=dict)
    """Quota code -> the applied value, where it differs from AWS's default in
    `sandbox/aws/service_quotas/quotas.py`."""

    def to_environment(self) -> dict[str, str]:
        """Return the settings as a variable for the server's process."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "SandboxSettings":
        """Read the variable of `to_environment`; without it, every setting has its default."""
        return cls(**json.loads(variables.get(VARIABLE, "{}")))
