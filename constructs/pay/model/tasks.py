"""The fixed start of a task of an environment: a migration, a scheduled call."""

from collections.abc import Iterator, Mapping

from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.environment.host_names import host_name
from pay.model.service.call_graph import Catalogue
from pay.model.service.microservice import Microservice
from pay.model.service.migrations import Migrations
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side

MIGRATION = "migration"
"""The beginning of the names of a migration's log streams, in its service's own log group."""

SCHEDULED = "scheduled"
"""The same of a scheduled call."""

ONE_OFF = "one-off"
"""The same of a task that staff start."""

RETRIES = 3
"""Of a scheduled call whose task cannot start, within the call's deadline. Scheduler itself would
try 185 times over a day, and a sweep would run late many times. AWS: EventBridge Scheduler API
reference, `RetryPolicy`."""

RUNS_A_MIGRATION = {"RUN_APP": "false", "RUN_MIGRATION": "true"}
"""The variables that turn the application into its migration (public, in the start scripts of Pay's
services)."""


def image_tag_variable(service: str) -> str:
    """Return the Terraform variable with the image tag of a service's migration. One stack has the
    migrations of all services, and each service has its own releases.
    """
    return f"{service.replace('-', '_')}_image_tag"


def migrated(environment: Environment, catalogue: Catalogue) -> Iterator[Microservice]:
    """Yield the services of the environment whose releases change a database."""
    for name in environment.services:
        if catalogue[name].migrations is not Migrations.NONE:
            yield catalogue[name]


def scheduled(environment: Environment, catalogue: Catalogue) -> Iterator[ScheduledCall]:
    """Yield the scheduled calls of the environment's services."""
    for name in environment.services:
        yield from catalogue[name].scheduled_calls


def as_migration(service: Microservice, environment: Environment) -> ServiceSide:
    """Return the service as its migration runs it: on Fargate, without sidecars and without work
    from queues, whatever its stage.
    """
    variables: Mapping[str, str] = {
        **service.environment,
        **dict.fromkeys(service.work_switches, "false"),
        **RUNS_A_MIGRATION,
    }
    alone = {"sidecars": (), "work_switches": (), "environment": variables}
    return ServiceSide(service.model_copy(update=alone), environment, Side.FARGATE)


def command_of(
    call: ScheduledCall, environment: Environment, service: Microservice
) -> tuple[str, ...]:
    """Return the command that makes a call and fails unless the answer is a success in time."""
    host = host_name(service, environment)
    return (
        *("curl", "--silent", "--show-error", "--fail-with-body"),
        *("--max-time", str(call.deadline_seconds), "--request", call.method),
        f"https://{host}{call.path}",
    )


def overrides_of(
    call: ScheduledCall, environment: Environment, service: Microservice, container: str
) -> dict[str, object]:
    """Return the overrides of a task that makes a call (AWS: ECS API reference, `TaskOverride`)."""
    command = list(command_of(call, environment, service))
    return {"containerOverrides": [{"name": container, "command": command}]}


def schedule_state(environment: Environment) -> str:
    """Return the state of the environment's schedules, in AWS's words."""
    is_on = environment.tasks is not None and environment.tasks.schedules
    return "ENABLED" if is_on else "DISABLED"


def migration_family(environment: Environment, service: str) -> str:
    return names.one_off_task_family(environment.name, names.migration(service))
