"""S3 through boto3: conditional writes, on which the locks of environments stand."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server

pytestmark = pytest.mark.slow

KEY = "lock.json"
OTHER_ETAG = '"00000000000000000000000000000000"'


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


@pytest.fixture
def bucket(s3: Any, unique: str) -> str:
    location = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=f"bucket-{unique}", CreateBucketConfiguration=location)
    return f"bucket-{unique}"


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[int, str]:
    """Return the status and the code of the refusal."""
    with pytest.raises(ClientError) as caught:
        call(Key=KEY, **arguments)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_an_object_is_created_once(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"a", IfNoneMatch="*")
    again = refused(s3.put_object, Bucket=bucket, Body=b"b", IfNoneMatch="*")
    assert again == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"a"


def test_a_deleted_object_may_be_created_again(s3: Any, bucket: str) -> None:
    """A delete marker is not an object, in a bucket with versions either."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    etag = s3.put_object(Bucket=bucket, Key=KEY, Body=b"a", IfNoneMatch="*")["ETag"]
    s3.delete_object(Bucket=bucket, Key=KEY, IfMatch=etag)
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"b", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"b"


@pytest.mark.parametrize("operation", ["put_object", "delete_object"])
def test_an_object_with_another_etag_is_kept(s3: Any, bucket: str, operation: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"a")
    call = getattr(s3, operation)
    assert refused(call, Bucket=bucket, IfMatch=OTHER_ETAG) == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"a"


def test_an_object_with_the_etag_is_replaced_and_deleted(s3: Any, bucket: str) -> None:
    first = s3.put_object(Bucket=bucket, Key=KEY, Body=b"a")["ETag"]
    second = s3.put_object(Bucket=bucket, Key=KEY, Body=b"b", IfMatch=first)["ETag"]
    s3.delete_object(Bucket=bucket, Key=KEY, IfMatch=second)
    assert refused(s3.get_object, Bucket=bucket)[0] == 404


@pytest.mark.parametrize("operation", ["put_object", "delete_object"])
def test_a_condition_on_an_absent_object_is_not_found(s3: Any, bucket: str, operation: str) -> None:
    assert refused(getattr(s3, operation), Bucket=bucket, IfMatch=OTHER_ETAG)[0] == 404


def test_a_delete_may_ask_for_any_object(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"a")
    s3.delete_object(Bucket=bucket, Key=KEY, IfMatch="*")
    assert refused(s3.delete_object, Bucket=bucket, IfMatch="*")[0] == 404


@pytest.mark.parametrize("condition", [{"IfNoneMatch": OTHER_ETAG}, {"IfMatch": "*"}])
def test_s3_has_no_other_conditions_of_a_write(
    s3: Any, bucket: str, condition: dict[str, str]
) -> None:
    assert refused(s3.put_object, Bucket=bucket, **condition) == (501, "NotImplemented")


def test_of_many_writers_at_once_one_creates_the_object(s3: Any, bucket: str) -> None:
    def create(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key=KEY, Body=str(number).encode(), IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1


@pytest.fixture
def faults(server: Server) -> Iterator[Callable[..., Any]]:
    yield lambda **settings: server.administer("faults", method="POST", body=settings)
    server.administer("faults", method="POST", body={})


def test_a_conditional_write_may_meet_another_one(
    s3: Any, bucket: str, faults: Callable[..., Any]
) -> None:
    faults(conflict=1.0)
    conflict = (409, "ConditionalRequestConflict")
    assert refused(s3.put_object, Bucket=bucket, IfNoneMatch="*") == conflict
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"a")


def test_an_object_is_as_old_as_the_clock_of_aws_says(s3: Any, bucket: str, server: Server) -> None:
    written = s3.put_object(Bucket=bucket, Key=KEY, Body=b"a")
    later = parsedate_to_datetime(written["ResponseMetadata"]["HTTPHeaders"]["date"])
    later = later.replace(year=later.year + 1)
    try:
        server.administer("clock", method="POST", body={"now": later.timestamp()})
        seen = s3.get_object(Bucket=bucket, Key=KEY)
    finally:
        now = datetime.now(UTC).timestamp()
        server.administer("clock", method="POST", body={"now": now})
    date = parsedate_to_datetime(seen["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert (date - seen["LastModified"]).days in (365, 366)
