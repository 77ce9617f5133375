"""The rights that a stack's tasks, instances, logs and alarms need, for the containers and
resources in its plan. They are those that the constructs grant (`pay.model.rights`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from pay.catalogue import CATALOGUE
from pay.containers.definitions import Container, pairs, table
from pay.containers.images import ecr_repository
from pay.iam.document import Statement
from pay.iam.grants import Grant
from pay.iam.patterns import includes
from pay.identifiers import SECRET_ARN
from pay.model import Environment, Side, names
from pay.model.rights.canaries import canaries_trust
from pay.model.rights.instances import SERVICES_OF_INSTANCES, agent_rights, instances_trust
from pay.model.rights.keys_and_topics import (
    administered_by_account,
    publishes_alarms,
    publishes_findings,
    used_by_alarms,
    used_by_findings,
    used_by_logs,
)
from pay.model.rights.tasks import SERVICES_OF_TASKS, execution_rights, task_rights, tasks_trust
from pay.model.stacks import Stack
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import Plan
from rollout.plans.values import dig

_SECRET = re.compile(rf"{SECRET_ARN}[^:]+")
"""The secret in `valueFrom`, before its JSON key, stage and version."""

NAMED_BY_VARIABLES = frozenset({"s3", "sns", "sqs"})
"""The AWS services whose resources tasks find by a variable."""


def of_role(
    role: str, before: Sequence[Statement], stack: Stack, environment: Environment, plan: Plan
) -> list[Statement]:
    """Return what a role needs: its own rights, by its name. A role whose name is not known needs
    those of all roles of the stack. `before`: what it may do now.
    """
    service, side = stack.service, stack.kind.side
    if service is None or side is None:
        return agent_rights(environment) if stack.kind.holds_instances else []
    starts, does = (
        name(stack.environment, service, side) for name in (names.execution_role, names.task_role)
    )
    needs = []
    if role != does:
        needs += starts_tasks(list(_containers(plan)), before, environment, side, plan)
    if role != starts:
        needs += does_the_work(environment, service)
    return needs


def is_used(grant: Grant, needs: Iterable[Statement], plan: Plan) -> bool:
    """Return whether a variable of the tasks names what the grant is about, although no need names
    it. It left the catalogue, and the revision before still works with it.
    """
    service = grant.action.partition(":")[0].lower()
    if service not in NAMED_BY_VARIABLES or any(grant.resource in s.resources for s in needs):
        return False
    return is_named(grant.resource, variables_of(_containers(plan)))


def is_named(resource: str, values: Iterable[str]) -> bool:
    """Return whether a value names a resource by the last part of its ARN."""
    name = re.split("[:/]", resource.rstrip("*/:"))[-1]
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return name != "" and any(word.search(value) for value in values)


def variables_of(containers: Iterable[Container]) -> set[str]:
    """Return the values of the containers' variables."""
    return {str(value) for c in containers for value in pairs(c, "environment").values()}


def known_services(stack: Stack) -> frozenset[str]:
    """Return the AWS services of which the constructs say all that the roles of a stack need. For
    canaries there are none, so the guard reports whatever their role loses.
    """
    if stack.kind.holds_canaries:
        return frozenset()
    return SERVICES_OF_INSTANCES if stack.kind.holds_instances else SERVICES_OF_TASKS


def of_trust(stack: Stack, environment: Environment) -> list[Statement]:
    """Return the statements that let principals assume the roles of a stack."""
    if stack.kind.holds_canaries:
        return [canaries_trust()]
    return [instances_trust() if stack.kind.holds_instances else tasks_trust(environment)]


def of_key(environment: Environment) -> list[Statement]:
    """Return the statements that let principals use and administer the keys of an environment."""
    return [
        administered_by_account(environment),
        used_by_logs(environment),
        used_by_alarms(environment),
        *used_by_findings(environment),
    ]


def of_topic(environment: Environment, topic_arn: str) -> list[Statement]:
    name = topic_arn.rpartition(":")[2]
    return [
        publishes_alarms(environment, topic_arn),
        *publishes_findings(environment, name, topic_arn),
    ]


def does_the_work(environment: Environment, service: str) -> list[Statement]:
    """Return what the application of a service does."""
    microservice = CATALOGUE[service]
    arns = {
        queue.name: environment.arn("sqs", names.queue(environment.name, queue.name))
        for queue in microservice.queues
    }
    topics = [
        environment.arn("sns", names.topic(environment.name, topic.name))
        for topic in microservice.topics
    ]
    return task_rights(environment, microservice, queues=arns, topics=topics)


def starts_tasks(
    containers: Sequence[Container],
    allowed: Sequence[Statement],
    environment: Environment,
    side: Side,
    plan: Plan,
) -> list[Statement]:
    """Return what ECS needs to start tasks of these containers. `allowed`: what it may do."""
    sources = {value for c in containers for value in _sources(c) if isinstance(value, str)}
    secrets = sorted({match[0] for source in sources if (match := _SECRET.match(source))})
    parameters = sorted(
        source if source.startswith("arn:") else _parameter(source, environment)
        for source in sources
        if not _SECRET.match(source)
    )
    repositories = {ecr_repository(str(c.get("image"))) for c in containers} - {None}
    groups = {
        str(group)
        for c in containers
        if (group := table(c, "logConfiguration", "options").get("awslogs-group"))
    }
    rights = execution_rights(
        environment,
        side,
        repositories=sorted(map(str, repositories)),
        log_groups=sorted(environment.arn("logs", f"log-group:{g}") for g in groups),
        secrets=secrets,
        secret_keys=sorted(_keys_of(secrets, allowed, plan)),
        parameters=parameters,
    )
    return [each for each in rights if each.resources]


def _containers(plan: Plan) -> Iterator[Container]:
    """Yield the containers before and after. While a deployment runs, and after one that failed,
    ECS starts tasks of the revision before.
    """
    for change in plan.managed:
        if change.type == TASK_DEFINITION:
            for values in (change.change.before, change.change.after):
                try:
                    yield from containers_of(values)
                except Unread:
                    continue  # `writes-no-secret-in-plain-text` refuses what cannot be read.


def _sources(container: Container) -> Iterator[object]:
    yield from pairs(container, "secrets").values()
    options = table(container, "logConfiguration").get("secretOptions")
    for option in options if isinstance(options, list) else ():
        yield dig(option, "valueFrom")
    yield table(container, "repositoryCredentials").get("credentialsParameter")


def _parameter(name: str, environment: Environment) -> str:
    """Return the ARN of a parameter that a container names without one."""
    return environment.arn("ssm", f"parameter/{name.removeprefix('/')}")


def _keys_of(secrets: Iterable[str], allowed: Iterable[Statement], plan: Plan) -> set[str]:
    """Return the keys that encrypt the secrets, as the plan's lookups read them. A secret without a
    lookup gets every key that the role may use by its ARN.
    """
    keys = {
        str(resource.values.get("arn")): resource.values.get("kms_key_id")
        for resource in plan.prior_state.values.root_module.every_resource()
        if resource.type == "aws_secretsmanager_secret"
    }
    decrypts = (s for s in allowed if s.allows and includes(s.actions, "kms:Decrypt"))
    now = {key for s in decrypts for key in s.resources if "*" not in key}
    return {
        str(key) for each in secrets for key in ([keys[each]] if keys.get(each) else sorted(now))
    }
