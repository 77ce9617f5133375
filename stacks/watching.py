"""`<account>-watching`: the ways from findings of AWS's tools in an account to people."""

from constructs import Construct

from pay.existing.detector import detector
from pay.model.environment.account import Account
from pay.model.stacks import WATCHING
from pay.model.watching.suppressions import Suppression
from pay.watching.routes import FindingRoutes
from stacks.base import PayStack


class WatchingStack(PayStack):
    """Rules, targets and a queue. Detector, hub, recorder and trail exist already, and stay."""

    def __init__(
        self, scope: Construct, account: Account, suppressed: tuple[Suppression, ...] = ()
    ) -> None:
        super().__init__(scope, WATCHING, account)
        if account.watching:
            guard_duty = detector(self, account)
            FindingRoutes(self, account, account.watching)
            if suppressed:
                # Only now: its bindings take longer to import than a stack takes to make.
                from pay.watching.suppressions import suppressions

                suppressions(self, suppressed, detector_id=guard_duty.id)
