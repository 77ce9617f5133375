"""The existing RDS database of a microservice."""

from constructs import Construct

from imports.aws.data_aws_db_instance import DataAwsDbInstance
from imports.aws.data_aws_ec2_instance_type import DataAwsEc2InstanceType
from pay.existing.contract import contract
from pay.model import Database, Environment, addresses, names
from pay.model.demand import CONNECTIONS_A_GIB, MOST_CONNECTIONS, RESERVED_CONNECTIONS
from pay.model.service.dependencies import POSTGRESQL_PORT


def database_address(
    scope: Construct,
    environment: Environment,
    service: str,
    database: Database,
    *,
    tasks: int | None = None,
    ids: str = "",
) -> str:
    """Return the DNS name of the service's database, which the plan checks to be the right one.

    `tasks` is how many may use it at once; the plan checks that it takes their connections. None:
    not checked. Every service has an instance of its own, so nothing else uses it. `ids`: what the
    lookup's id begins with; only without `tasks`.
    """
    identifier = names.database(environment.name, service, database.identifier_suffix)
    promises = [
        (
            "self.storage_encrypted",
            f"The database {identifier} is not encrypted. Check its storage encryption: it must "
            "be on (PCI DSS v4.0.1, 3.5.1).",
        ),
        (
            f'self.engine == "postgres" && self.port == {POSTGRESQL_PORT}',
            f"The database {identifier} is ${{self.engine}} on port ${{self.port}}, not postgres "
            f"on {POSTGRESQL_PORT}. Check that the identifier names {service}'s own database.",
        ),
        (
            "!self.publicly_accessible",
            f"The database {identifier} is publicly accessible. Check its settings: only the VPC "
            "may reach it (PCI DSS v4.0.1, 1.4.4).",
        ),
    ]
    if environment.production:
        promises.append(
            (
                "self.multi_az",
                f"The database {identifier} is not Multi-AZ. Check its settings: in production it "
                "must survive the loss of a zone.",
            )
        )
    instance = DataAwsDbInstance(
        scope,
        f"{ids}{addresses.DATABASE_LOOKUP.id}",
        db_instance_identifier=identifier,
        lifecycle=contract(*promises),
    )
    if tasks is not None:
        _hold_to_connections(scope, identifier, tasks, database.pool_size)
    return str(instance.address)


def _hold_to_connections(scope: Construct, identifier: str, tasks: int, pool: int) -> None:
    """Fail the plan unless the instance's class takes a full pool of every task.

    A class of RDS is named after the EC2 type with the same memory. AWS: RDS user guide, "DB
    instance classes".
    """
    needed = tasks * pool + RESERVED_CONNECTIONS
    db_class = addresses.DATABASE_LOOKUP.attribute("db_instance_class")
    offered = f"min(floor(self.memory_size / 1024 * {CONNECTIONS_A_GIB}), {MOST_CONNECTIONS})"
    DataAwsEc2InstanceType(
        scope,
        addresses.DATABASE_CLASS_LOOKUP.id,
        instance_type=f'${{trimprefix({db_class}, "db.")}}',
        lifecycle=contract(
            (
                f"{offered} >= {needed}",
                f"{identifier} takes ${{{offered}}} connections; {tasks} tasks need {needed}. "
                "Ask its owner for a larger class.",
            )
        ),
    )
