"""The S3 bucket of the states: there, versioned, encrypted, not public, and lockable."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from pay.model import Environment
from rollout.aws.clients import Client
from rollout.doctor.line import DoctorLine, fails, not_shown, ok

CHECK = "state bucket"
MAKE = "make it as docs/tasks/start-with-a-real-account.md says"
_PUBLIC = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
LOCK_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
"""The rights on `<key>.tflock` that Terraform needs (Terraform: S3 backend, "State Locking")."""

_ABSENT = {
    "NoSuchBucket",
    "404",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchPublicAccessBlockConfiguration",
}


def state_lines(
    environment: Environment, client: Client, apply_role: str | None
) -> Iterator[DoctorLine]:
    """Yield a line for each property of the bucket; one for a state on this machine."""
    bucket = environment.state.bucket
    if bucket is None:
        yield ok("state", "is a file below .sandbox/state, on this machine")
        return
    s3 = client("s3")
    try:
        region = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
    except ClientError as error:
        yield _denied(error, bucket, f"{bucket} is not there; {MAKE}")
        return
    if region == environment.region:
        yield ok(CHECK, f"{bucket} is there, in {region}")
    else:
        yield fails(CHECK, f"{bucket} is in {region}", f"it has to be in {environment.region}")
    questions: tuple[tuple[str, str, str, Any], ...] = (
        ("versions", "get_bucket_versioning", "aws s3api put-bucket-versioning", _is_versioned),
        ("encryption", "get_bucket_encryption", "aws s3api put-bucket-encryption", _is_encrypted),
        ("privacy", "get_public_access_block", "aws s3api put-public-access-block", _is_private),
    )
    for what, operation, command, holds in questions:
        check = f"{CHECK}: {what}"
        try:
            answer = getattr(s3, operation)(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ABSENT:
                yield _denied(error, bucket, "")
                continue
            answer = {}
        if holds(answer):
            yield ok(check, "on")
        else:
            yield fails(check, f"off for {bucket}", f"turn it on: {command}")
    yield _lock(environment, bucket, client, apply_role)


def _is_versioned(answer: Any) -> bool:
    return bool(answer.get("Status") == "Enabled")


def _is_encrypted(answer: Any) -> bool:
    return bool(answer.get("ServerSideEncryptionConfiguration", {}).get("Rules"))


def _is_private(answer: Any) -> bool:
    block = answer.get("PublicAccessBlockConfiguration", {})
    return all(block.get(setting) for setting in _PUBLIC)


def _lock(
    environment: Environment, bucket: str, client: Client, apply_role: str | None
) -> DoctorLine:
    """Ask IAM, which does not know the bucket's policy, whether the role that applies may lock."""
    check = f"{CHECK}: locks"
    if apply_role is None:
        return not_shown(
            check, "the role that applies is not known", "set APPLY_ROLE_ARN, or apply once"
        )
    try:
        answer = client("iam").simulate_principal_policy(
            PolicySourceArn=apply_role,
            ActionNames=list(LOCK_ACTIONS),
            ResourceArns=[f"arn:aws:s3:::{bucket}/{environment.name}/any.tfstate.tflock"],
        )
    except ClientError as error:
        return not_shown(check, str(error), "allow iam:SimulatePrincipalPolicy, or apply once")
    denied = [
        each["EvalActionName"]
        for each in answer["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]
    if denied:
        place = f"arn:aws:s3:::{bucket}/{environment.name}/*"
        return fails(check, f"{apply_role} lacks {', '.join(denied)}", f"allow it on {place}")
    return ok(check, f"{apply_role} may write and delete them")


def _denied(error: ClientError, bucket: str, absent: str) -> DoctorLine:
    code = error.response["Error"]["Code"]
    if code in _ABSENT and absent:
        return fails(CHECK, absent.partition("; ")[0], absent.partition("; ")[2])
    reading = f"allow your role to read {bucket}: s3:GetBucket*, s3:GetEncryptionConfiguration"
    return fails(CHECK, str(error), reading)
