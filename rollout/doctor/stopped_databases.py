"""The databases of an environment that never sleeps. One that is stopped stays stopped.

`pay wake` starts them where the file has hours of sleep. Removing these hours while it sleeps
removes what would have started them.
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from pay.model import Environment
from pay.sleep.parts import databases
from rollout.aws.clients import Client
from rollout.doctor.line import DoctorLine, fails, not_shown, ok

CHECK = "databases run"


def stopped_lines(environment: Environment, client: Client) -> Iterator[DoctorLine]:
    """Yield a line for each stopped database, else one for all; none where the file has hours."""
    wanted = databases(environment)
    if environment.sleep or not wanted:
        return
    try:
        pages = client("rds").get_paginator("describe_db_instances").paginate()
        status = {
            each["DBInstanceIdentifier"]: each["DBInstanceStatus"]
            for page in pages
            for each in page["DBInstances"]
        }
    except ClientError as error:
        yield not_shown(CHECK, str(error), "allow rds:DescribeDBInstances")
        return
    stopped = [name for name in wanted if status.get(name) in ("stopped", "stopping")]
    for name in stopped:
        fix = f"start it: aws rds start-db-instance --db-instance-identifier {name}"
        yield fails(CHECK, f"{name} is {status[name]}, and no hours of sleep start it", fix)
    if not stopped:
        yield ok(CHECK, f"none of {len(wanted)} is stopped")
