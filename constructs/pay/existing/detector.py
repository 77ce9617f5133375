"""The existing detector of GuardDuty: one for an account and region."""

from constructs import Construct

from imports.aws.data_aws_guardduty_detector import DataAwsGuarddutyDetector
from pay.existing.contract import contract
from pay.model import addresses
from pay.model.environment.account import Account

FREQUENCY = "FIFTEEN_MINUTES"
"""The interval at which GuardDuty repeats a finding; by default six hours."""
RUNTIME = "RUNTIME_MONITORING"


def detector(scope: Construct, account: Account) -> DataAwsGuarddutyDetector:
    """Return the detector. Fails the plan unless it is on, sees inside tasks and reports a repeated
    finding soon (PCI DSS v4.0.1, 11.5.1).
    """
    name = f"GuardDuty's detector of account {account.name}"
    runtime = f'each.name == "{RUNTIME}" && each.status == "ENABLED"'
    return DataAwsGuarddutyDetector(
        scope,
        addresses.DETECTOR_LOOKUP.id,
        lifecycle=contract(
            (
                'self.status == "ENABLED"',
                f"{name} is ${{self.status}}. Ask who administers GuardDuty to enable it.",
            ),
            (
                f"length([for each in self.features : each if {runtime}]) > 0",
                f"{name} has no {RUNTIME}: tasks run unwatched. Ask who administers GuardDuty to "
                "enable it with both agents.",
            ),
            (
                f'self.finding_publishing_frequency == "{FREQUENCY}"',
                f"{name} repeats findings by ${{self.finding_publishing_frequency}}. Ask who "
                f"administers GuardDuty for {FREQUENCY}.",
            ),
        ),
    )
