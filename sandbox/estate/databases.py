"""The RDS PostgreSQL instances."""

from pay.model import names
from pay.model.connections import End, EndKind
from pay.model.service.dependencies import POSTGRESQL_PORT
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.estate.network import DATABASE_SUBNETS
from sandbox.estate.security_groups import group_name

OTHER_PORT = 5433
ENGINE_VERSION = "15.8"
STORAGE_GB = 110
INSTANCE_CLASS = "db.m6g.large"


def make_databases(owner: Owner) -> None:
    """Create an instance for each service with a database."""
    mistakes, groups = owner.mistakes, owner.ids("security-group")
    owner.create(
        *("rds", "create_db_subnet_group"),
        DBSubnetGroupName=owner.name,
        DBSubnetGroupDescription=f"Databases of {owner.name}",
        SubnetIds=owner.subnets(DATABASE_SUBNETS),
    )
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
            DBSubnetGroupName=owner.name,
            VpcSecurityGroupIds=[groups[group_name(owner, End(EndKind.DATABASE, service.name))]],
            PubliclyAccessible=Mistake.PUBLIC_DATABASE in mistakes,
            Tags=owner.tags(identifier),
        )
