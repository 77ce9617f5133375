"""The contract that a service's database is held to."""

from collections.abc import Mapping

from pay.existing.database import database_address
from pay.model import Database, Environment
from tests.support.synthesised import Synthesised, rendered


def database(environment: Environment, suffix: int = 0) -> Synthesised:
    return rendered(
        lambda stack: database_address(
            stack, environment, "publicauth", Database(identifier_suffix=suffix)
        )
    )


def test_its_class_must_take_the_connections_of_all_tasks(
    environments: Mapping[str, Environment],
) -> None:
    stack = rendered(
        lambda stack: database_address(
            stack, environments["test-12"], "webhooks", Database(pool_size=32), tasks=18
        )
    )
    lookup = stack.data("aws_ec2_instance_type", "database_class")
    assert lookup["instance_type"] == (
        '${trimprefix(data.aws_db_instance.database.db_instance_class, "db.")}'
    )
    (promise,) = lookup["lifecycle"]["postcondition"]
    offered = "min(floor(self.memory_size / 1024 * 95), 5000)"
    assert promise["condition"] == f"${{{offered} >= 579}}"
    assert f"takes ${{{offered}}} connections; 18 tasks need 579" in promise["error_message"]


def test_connections_are_not_counted_without_tasks(
    environments: Mapping[str, Environment],
) -> None:
    assert "aws_ec2_instance_type" not in database(environments["sandbox"]).document["data"]


def conditions(stack: Synthesised) -> list[str]:
    promises = stack.data("aws_db_instance", "database")["lifecycle"]["postcondition"]
    return [promise["condition"] for promise in promises]


def test_the_identifier_is_the_services_own(environments: Mapping[str, Environment]) -> None:
    stack = database(environments["test-12"], suffix=1)
    found = stack.data("aws_db_instance", "database")
    assert found["db_instance_identifier"] == "test-12-publicauth-rds-1"


def test_it_must_be_encrypted_private_and_postgres_and_multi_az_only_in_production(
    environments: Mapping[str, Environment],
) -> None:
    always = [
        "${self.storage_encrypted}",
        '${self.engine == "postgres" && self.port == 5432}',
        "${!self.publicly_accessible}",
    ]
    assert conditions(database(environments["sandbox"])) == always
    assert conditions(database(environments["production-2"])) == [*always, "${self.multi_az}"]
