"""`<env>-load`: the task that makes the load of load tests."""

from constructs import Construct

from pay.model import Environment, names
from pay.model.rights.keys_and_topics import used_by_logs
from pay.model.stacks import LOAD
from pay.monitoring.logs import subscriptions
from pay.platform.keys import encryption_key
from pay.tasks.load_test import LoadTest
from stacks.base import PayStack


class LoadStack(PayStack):
    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, LOAD, environment)
        assert environment.load is not None
        key = encryption_key(
            self,
            "load",
            environment=environment,
            alias=names.load_key_alias(environment.name),
            description=f"The logs of load tests of {environment.name}",
            used_by=[used_by_logs(environment)],
        )
        test = LoadTest(self, environment.load, environment=environment, key=key)
        if environment.logs.pipeline:
            subscriptions(self, {"load": test.log_group.name}, environment.logs.pipeline)
