"""The task that changes a service's database for a release."""

from constructs import Construct

from pay.existing.configuration import ExistingConfiguration, SharedSecrets
from pay.existing.network import ExistingNetwork
from pay.model import Environment, Microservice, Side, names
from pay.model.rights.tasks import execution_rights, tasks_trust
from pay.model.tasks import MIGRATION, as_migration, image_tag_variable
from pay.service.containers import container_definitions, log_configuration, volume_names
from pay.service.images import image
from pay.service.logs import LogGroups
from pay.service.variables import Variables
from pay.tasks.definition import role, task_definition


def migration(
    scope: Construct,
    network: ExistingNetwork,
    shared: SharedSecrets,
    service: Microservice,
    environment: Environment,
) -> None:
    """Create the task definition of a service's migration, and the role that starts it.

    Its container is the service's own on Fargate: image, variables, secrets and limits. It has no
    task role, because a migration asks nothing but the database.
    """
    side, family = as_migration(service, environment), names.migration(service.name)
    ids = f"{family}_".replace("-", "_")
    repository = names.repository(service.name)
    configuration = ExistingConfiguration(scope, environment, service, shared=shared, ids=ids)
    logs = LogGroups(side)
    variable = image_tag_variable(service.name)
    [application] = container_definitions(
        side,
        images={service.name: image(scope, environment, service.name, repository, variable)},
        variables=Variables(scope, side, network, ids=ids),
        configuration=configuration,
        logs=logs,
    )
    del application["portMappings"]
    log_group = logs.names[service.name]
    application["logConfiguration"] = log_configuration(environment, log_group, MIGRATION)
    starts = execution_rights(
        environment,
        Side.FARGATE,
        repositories=[environment.arn("ecr", f"repository/{repository}")],
        log_groups=[environment.arn("logs", f"log-group:{log_group}")],
        secrets=configuration.secret_arns,
        secret_keys=configuration.secret_key_arns,
        parameters=configuration.parameter_arns,
    )
    task_definition(
        scope,
        family,
        environment=environment,
        size=side.size,
        container=application,
        volumes=volume_names(side),
        execution_role=role(
            scope,
            f"{ids}execution",
            name=names.one_off_execution_role(environment.name, family),
            trust=tasks_trust(environment),
            rights=starts,
        ),
    )
