"""`<env>-tasks`: migrations, scheduled calls, and tasks that staff start."""

from constructs import Construct

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP, STREAM_S3_SQS
from pay.existing.configuration import SharedSecrets
from pay.existing.network import ExistingNetwork
from pay.model import Environment, names
from pay.model.monitoring.failed_calls import failed_calls
from pay.model.rights.keys_and_topics import used_by_logs
from pay.model.stacks import TASKS
from pay.model.tasks import ONE_OFF, SCHEDULED, migrated
from pay.monitoring.logs import count_lines, subscriptions
from pay.platform.keys import encryption_key
from pay.tasks.migrations import migration
from pay.tasks.one_off import OneOff
from pay.tasks.schedules import Schedules
from stacks.base import PayStack


class TasksStack(PayStack):
    """Task definitions without sidecars, and their schedules. A schedule that names a revision of
    another state would break when that state registers a new one.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, TASKS, environment)
        network = ExistingNetwork(self, environment)
        shared = SharedSecrets(self, environment)
        for service in migrated(environment, CATALOGUE):
            migration(self, network, shared, service, environment)
        key = encryption_key(
            self,
            "tasks",
            environment=environment,
            alias=names.scheduled_calls_key_alias(environment.name),
            description=f"Scheduled calls of {environment.name}, and the logs of its tasks",
            used_by=[used_by_logs(environment)],
        )
        one_off = {
            task.name: OneOff(self, task, environment=environment, key=key, stream_prefix=prefix)
            for task, prefix in ((STREAM_S3_SQS, ONE_OFF), (SCHEDULED_HTTP, SCHEDULED))
        }
        Schedules(
            self,
            environment=environment,
            network=network,
            key=key,
            calls_by=one_off[SCHEDULED_HTTP.name],
        )
        # By the resource, which has to be there first.
        group = one_off[SCHEDULED_HTTP.name].log_group.name
        failed = failed_calls(environment, SCHEDULED_HTTP)
        count_lines(self, [failed.model_copy(update={"log_group": group})])
        if environment.logs.pipeline:
            # Migrations write to the groups of their services, which have subscriptions already.
            groups = {name: each.log_group.name for name, each in one_off.items()}
            subscriptions(self, groups, environment.logs.pipeline)
