"""The roles with which pipelines plan and apply."""

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from pay.identifiers import account_of
from pay.model import Environment
from rollout.aws.clients import Client
from rollout.doctor.line import DoctorLine, fails, not_shown, ok

WORKFLOWS = "docs/workflows/README.md says what it may do"


def role_lines(
    environment: Environment, client: Client, arns: Mapping[str, str | None]
) -> Iterator[DoctorLine]:
    """Yield a line for each role; `arns` are by the variable that names it.

    Whether a pipeline may assume it is not shown: its trust names the pipeline, not this shell.
    """
    for check, arn in arns.items():
        if not arn:
            yield not_shown(check, "is not set", "set it to the ARN of the pipeline's role")
            continue
        name = arn.rpartition("/")[2]
        if account_of(arn) != environment.account_id:
            wanted = f"arn:aws:iam::{environment.account_id}:role/..."
            yield fails(check, f"{arn} is not of this account", f"give the ARN of a role: {wanted}")
            continue
        try:
            client("iam").get_role(RoleName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                yield fails(check, f"{arn} does not exist", f"make it; {WORKFLOWS}")
            else:
                yield not_shown(check, str(error), "allow iam:GetRole")
        else:
            yield ok(check, f"{arn} exists")
