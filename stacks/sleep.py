"""`<env>-sleep`: the schedules that put an environment to sleep and wake it."""

from constructs import Construct

from pay.model import Environment, names
from pay.model.stacks import SLEEP
from pay.platform.keys import encryption_key
from pay.sleep.schedules import SleepSchedules
from stacks.base import PayStack


class SleepStack(PayStack):
    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, SLEEP, environment)
        key = encryption_key(
            self,
            "sleep",
            environment=environment,
            alias=names.sleep_key_alias(environment.name),
            description=f"The schedules by which {environment.name} sleeps, and what failed",
            used_by=[],
        )
        SleepSchedules(self, environment, key)
