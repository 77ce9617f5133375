"""The existing RDS database of a microservice."""

from constructs import Construct

from imports.aws.data_aws_db_instance import DataAwsDbInstance
from pay.existing.contract import contract
from pay.model import Database, Environment, names
from pay.model.service.dependencies import POSTGRESQL_PORT


def database_address(
    scope: Construct, environment: Environment, service: str, database: Database
) -> str:
    """Return the DNS name of the service's database, which the plan checks to be the right one."""
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
        scope, "database", db_instance_identifier=identifier, lifecycle=contract(*promises)
    )
    return str(instance.address)
