"""The rights that the catalogue declares for the roles of a side. One more queue, parameter or
secret of the service's own is an ordinary change.
"""

from collections.abc import Callable, Mapping, Sequence

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS, SCHEDULED_HTTP
from pay.iam.document import Statement, policy_document
from pay.iam.policy_arguments import PolicyKind
from pay.model import Environment, names
from pay.model.environment.load import FAMILY
from pay.model.rights.schedules import scheduler_rights, sleep_rights
from pay.model.rights.tasks import (
    execution_rights,
    load_test_rights,
    one_off_rights,
    starts_one_off,
)
from pay.model.side import ServiceSide
from pay.model.stack_kind import Declaration
from pay.model.stacks import Stack
from pay.model.tasks import as_migration, migrated
from pay.model.vocabulary import Side
from pay.service.logs import LogGroups
from pay.sleep.parts import canaries, databases
from rollout.guard.needed_rights import does_the_work
from rollout.guard.new_policies import too_much
from rollout.plans.policies import statements_of

_SUFFIX = "-??????"
"""The ending that Secrets Manager adds to a name in an ARN. Source: Secrets Manager user guide,
"What's in a Secrets Manager secret?".
"""


def declared_rights(role: object, stack: Stack, environment: Environment) -> tuple[Statement, ...]:
    """Return what the catalogue lets a role of this name do. Return nothing for another role, or
    one that is not known. What no new policy may have is not declared by any catalogue.
    """
    if stack.kind.declared_by:
        declared = _DECLARED[stack.kind.declared_by]
        return _plain(declared(role, environment), environment, None)
    if stack.service is None or stack.kind.side is None:
        return ()
    side = ServiceSide(CATALOGUE[stack.service], environment, stack.kind.side)
    place = (environment.name, side.service.name, side.side)
    statements: Sequence[Statement] = ()
    if role == names.execution_role(*place):
        statements = _starts_tasks(side)
    elif role == names.task_role(*place):
        statements = does_the_work(environment, side.service.name)
    return _plain(statements, environment, stack.service)


def _plain(
    statements: Sequence[Statement], environment: Environment, service: str | None
) -> tuple[Statement, ...]:
    """Return the statements that a new policy may have."""
    # Written and read again, so that conditions are compared as a plan has them.
    return tuple(
        statement
        for statement in statements_of(policy_document(*statements))
        if not [*too_much([statement], PolicyKind.IDENTITY, environment, service)]
    )


def _rights_of_task(role: object, environment: Environment) -> Sequence[Statement]:
    """Return what the catalogue lets a role of the stack with tasks do."""
    name = environment.name
    for service in migrated(environment, CATALOGUE):
        if role == names.one_off_execution_role(name, names.migration(service.name)):
            return _starts_tasks(as_migration(service, environment))
    for task in ONE_OFF_TASKS:
        if role == names.one_off_execution_role(name, task.name):
            return starts_one_off(environment, task)
        if role == names.one_off_task_role(name, task.name):
            queues = {
                use.name: environment.arn("sqs", names.queue(name, use.name)) for use in task.queues
            }
            return one_off_rights(environment, task, queues=queues)
    return (
        scheduler_rights(environment, SCHEDULED_HTTP) if role == names.scheduler_role(name) else ()
    )


def _rights_of_sleep(role: object, environment: Environment) -> Sequence[Statement]:
    """Return what the environment's file lets the role of its schedules do."""
    if role != names.sleep_role(environment.name):
        return ()
    has_canaries = bool(canaries(environment))
    return sleep_rights(environment, databases=databases(environment), has_canaries=has_canaries)


def _rights_of_load_test(role: object, environment: Environment) -> Sequence[Statement]:
    """Return what the environment's file lets a role of the stack with load tests do."""
    load, name = environment.load, environment.name
    if load is None:
        return ()
    if role == names.one_off_task_role(name, FAMILY):
        return load_test_rights(load.bucket)
    if role == names.one_off_execution_role(name, FAMILY):
        group = names.log_group(name, "app", FAMILY)
        return execution_rights(
            environment,
            Side.FARGATE,
            repositories=[environment.arn("ecr", f"repository/{load.repository}")],
            log_groups=[environment.arn("logs", f"log-group:{group}")],
            secrets=[environment.arn("secretsmanager", f"secret:{load.secret_name}{_SUFFIX}")],
            secret_keys=[environment.arn("kms", "key/*")],
            parameters=(),
        )
    return ()


_DECLARED: Mapping[Declaration, Callable[[object, Environment], Sequence[Statement]]] = {
    Declaration.TASKS: _rights_of_task,
    Declaration.SLEEP: _rights_of_sleep,
    Declaration.LOAD: _rights_of_load_test,
}


def _starts_tasks(side: ServiceSide) -> Sequence[Statement]:
    environment, service = side.environment, side.service
    repositories = [names.repository(service.name), *(each.repository for each in service.sidecars)]
    secrets = {
        names.shared_secret(environment.name, secret.shared)
        if secret.shared
        else names.secret(environment.name, service.name)
        for secret in service.secrets
    }
    path = names.parameter_path(environment.name, service.name)
    return execution_rights(
        environment,
        side.side,
        repositories=[environment.arn("ecr", f"repository/{each}") for each in repositories],
        log_groups=LogGroups(side).arns,
        secrets=[
            environment.arn("secretsmanager", f"secret:{name}{_SUFFIX}") for name in sorted(secrets)
        ],
        # No name says which keys encrypt them; each is reached through Secrets Manager only.
        secret_keys=[environment.arn("kms", "key/*")],
        parameters=[
            environment.arn("ssm", f"parameter{path}{name}") for name in service.parameters
        ],
    )
