"""The RDS PostgreSQL instances."""

from pay.model import names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

POSTGRESQL_PORT, OTHER_PORT = 5432, 5433
ENGINE_VERSION = "15.8"
STORAGE_GB = 110
INSTANCE_CLASS = "db.m6g.large"


def make_databases(owner: Owner) -> None:
    """Create an instance for each service with a database."""
    mistakes = owner.mistakes
    for service in owner.services:
        if service.database is None:
            continue
        identifier = names.database(owner.name, service.name, service.database.identifier_suffix)
        owner.create(
            *("rds", "create_db_instance"),
            DBInstanceIdentifier=identifier,
            DBName=service.name.replace("-", "_"),
            Engine="postgres",
            EngineVersion=ENGINE_VERSION,
            DBInstanceClass="db.t4g.micro"
            if Mistake.SMALL_DATABASE in mistakes
            else INSTANCE_CLASS,
            AllocatedStorage=STORAGE_GB,
            MasterUsername="pay",
            ManageMasterUserPassword=True,
            Port=OTHER_PORT if Mistake.WRONG_PORT in mistakes else POSTGRESQL_PORT,
            StorageEncrypted=Mistake.UNENCRYPTED_DATABASE not in mistakes,
            MultiAZ=Mistake.NOT_MULTI_AZ not in mistakes,
            PubliclyAccessible=Mistake.PUBLIC_DATABASE in mistakes,
            Tags=owner.tags(identifier),
        )
