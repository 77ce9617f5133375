"""The bucket of what canaries leave: encrypted, closed, emptied by time."""

import json
from collections.abc import Mapping

import pytest

from pay.model import Environment
from pay.smoke.artefacts import KEPT_DAYS, KEPT_REPLACED_DAYS, ArtefactBucket
from tests.support.synthesised import Synthesised, rendered

BUCKET = "${aws_s3_bucket.artefacts.id}"


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


@pytest.fixture(scope="module")
def stack(environment: Environment) -> Synthesised:
    return rendered(lambda stack: ArtefactBucket(stack, environment))


def test_every_setting_is_of_the_one_bucket(stack: Synthesised, environment: Environment) -> None:
    bucket = stack.resource("aws_s3_bucket", "artefacts")
    assert bucket["bucket"] == f"pay-{environment.name}-smoke-{environment.account_id}"
    assert bucket["force_destroy"] is False
    settings = [each for each in stack.addresses if each.startswith("aws_s3_bucket_")]
    assert len(settings) == 6
    for address in settings:
        assert stack.resource(*address.split("."))["bucket"] == BUCKET, address


def test_objects_are_encrypted_with_the_buckets_own_key(stack: Synthesised) -> None:
    encryption = stack.resource(
        "aws_s3_bucket_server_side_encryption_configuration", "artefacts_encryption"
    )
    [rule] = encryption["rule"]
    assert rule["bucket_key_enabled"] is True
    assert rule["apply_server_side_encryption_by_default"] == {
        "sse_algorithm": "aws:kms",
        "kms_master_key_id": "${aws_kms_key.artefacts_key.arn}",
    }


def test_nothing_makes_the_bucket_public(stack: Synthesised) -> None:
    access = stack.resource("aws_s3_bucket_public_access_block", "artefacts_public_access")
    blocks = {name: value for name, value in access.items() if name != "bucket"}
    assert blocks == dict.fromkeys(
        (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        ),
        True,
    )


def test_plain_http_is_refused_for_the_bucket_and_its_objects(stack: Synthesised) -> None:
    policy = json.loads(stack.resource("aws_s3_bucket_policy", "artefacts_policy")["policy"])
    [statement] = policy["Statement"]
    arn = f"arn:aws:s3:::{stack.resource('aws_s3_bucket', 'artefacts')['bucket']}"
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert (statement["Action"], statement["Resource"]) == (["s3:*"], [arn, f"{arn}/*"])
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_evidence_stays_for_a_year_and_a_replaced_object_for_a_week(stack: Synthesised) -> None:
    """S3 takes the rule for replaced versions only after versioning."""
    assert (KEPT_DAYS, KEPT_REPLACED_DAYS) == (365, 7)
    expiry = stack.resource("aws_s3_bucket_lifecycle_configuration", "artefacts_expiry")
    [rule] = expiry["rule"]
    assert rule["status"] == "Enabled"
    assert rule["filter"] == [{"prefix": ""}]
    assert rule["expiration"] == [{"days": KEPT_DAYS}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": KEPT_REPLACED_DAYS}]
    assert expiry["depends_on"] == ["aws_s3_bucket_versioning.artefacts_versioning"]
    versioning = stack.resource("aws_s3_bucket_versioning", "artefacts_versioning")
    assert versioning["versioning_configuration"] == {"status": "Enabled"}


def test_requests_are_logged_where_load_balancers_log(
    stack: Synthesised, environment: Environment
) -> None:
    logging = stack.resource("aws_s3_bucket_logging", "artefacts_logging")
    assert logging["target_bucket"] == environment.load_balancers.access_logs_bucket
    name = stack.resource("aws_s3_bucket", "artefacts")["bucket"]
    assert logging["target_prefix"] == f"s3/{name}/"
