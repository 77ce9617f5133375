"""What the guard refuses about repositories, and what it lets a team do with them every week."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.containers.lifecycle import lifecycle_policy
from pay.iam.document import policy_document
from pay.model import Environment
from pay.model.rights.tasks import pulls_images
from pay.model.stacks import REGISTRY, Stack
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.support.plans import Json, change, plan

REPOSITORY = "aws_ecr_repository.connector_repository"
LIFECYCLE = "aws_ecr_lifecycle_policy.connector_lifecycle"
POLICY = "aws_ecr_repository_policy.connector_policy"
SCANNING = "aws_ecr_registry_scanning_configuration.scanning"
COPIES = "arn:aws:iam::222222222222:role/copies-images"

AS_MADE: Json = {
    "name": "govukpay/connector",
    "image_tag_mutability": "IMMUTABLE",
    "force_delete": False,
    "image_scanning_configuration": [{"scan_on_push": True}],
    "encryption_configuration": [{"encryption_type": "KMS", "kms_key": "arn:a"}],
}
AS_FOUND: Json = {
    **AS_MADE,
    "image_tag_mutability": "MUTABLE",
    "image_scanning_configuration": [{"scan_on_push": False}],
    "encryption_configuration": [{"encryption_type": "AES256", "kms_key": ""}],
}


def scanned(filter: str, frequency: str = "CONTINUOUS_SCAN") -> Json:
    filters = [{"filter": filter, "filter_type": "WILDCARD"}]
    rule = {"scan_frequency": frequency, "repository_filter": filters}
    return {"scan_type": "ENHANCED", "rule": [rule]}


SCANNED = scanned("govukpay/*")
KEPT: Json = {"repository": "govukpay/connector", "policy": lifecycle_policy()}


def pulls(*roles: str, more: str = "") -> Json:
    statement = pulls_images(roles).as_document()
    actions: Any = statement["Action"]
    statement["Action"] = [*actions, more] if more else actions
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def rules(environments: Mapping[str, Environment], *changes: Json) -> set[str]:
    """Return the rules that refuse a plan of the registry of account test."""
    stack = Stack("test-registry", REGISTRY, "test", ("test-12", "test-perf-1"))
    judged = StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, *changes)))
    return {each.rule for each in judge(Context((judged,), environments)).refused}


def replaced(address: str, before: Json, after: Json, *paths: str) -> Json:
    return change(
        address, before, after, actions=["delete", "create"], replace_paths=[[p] for p in paths]
    )


BAD = {
    "deleted": change(REPOSITORY, AS_MADE, None),
    "forgotten": change(REPOSITORY, AS_MADE, None, actions=["forget"]),
    "replaced for its encryption": replaced(
        REPOSITORY, AS_FOUND, AS_MADE, "encryption_configuration"
    ),
    "tags move": change(REPOSITORY, AS_MADE, {**AS_MADE, "image_tag_mutability": "MUTABLE"}),
    "made with tags that move": change(
        REPOSITORY, None, {**AS_MADE, "image_tag_mutability": "MUTABLE"}
    ),
    "deleted with images": change(REPOSITORY, AS_MADE, {**AS_MADE, "force_delete": True}),
    "scan on push off": change(
        REPOSITORY,
        AS_MADE,
        {**AS_MADE, "image_scanning_configuration": [{"scan_on_push": False}]},
    ),
    "basic scans": change(SCANNING, SCANNED, {"scan_type": "BASIC", "rule": []}),
    "scans of nothing": change(SCANNING, SCANNED, {**SCANNED, "rule": []}),
    "scans of one repository": change(SCANNING, SCANNED, scanned("govukpay/connector")),
    "scans once": change(SCANNING, SCANNED, scanned("govukpay/*", "SCAN_ON_PUSH")),
    "scans deleted": change(SCANNING, SCANNED, None),
    "ten releases": replaced(
        LIFECYCLE,
        KEPT,
        {**KEPT, "policy": lifecycle_policy().replace('"countNumber": 100', '"countNumber": 10')},
        "policy",
    ),
    "no policy of images": change(LIFECYCLE, None, {**KEPT, "policy": "{}"}),
    "pulled by everybody": change(POLICY, None, pulls("*")),
    "pulled by another account": change(POLICY, None, pulls("arn:aws:iam::999999999999:role/a")),
    "pulled by the whole next account": change(
        POLICY, pulls(COPIES), pulls(COPIES, "arn:aws:iam::222222222222:root")
    ),
    "pushed by the next account": change(POLICY, None, pulls(COPIES, more="ecr:PutImage")),
}
GOOD = {
    "made": change(REPOSITORY, None, AS_MADE, unknown={"arn": True}),
    "taken over as it is": change(REPOSITORY, AS_FOUND, AS_FOUND, importing={"id": "a"}),
    "tags made immutable, and scanned": change(
        REPOSITORY,
        AS_FOUND,
        {**AS_MADE, "encryption_configuration": AS_FOUND["encryption_configuration"]},
        importing={"id": "govukpay/connector"},
    ),
    "tagged": change(REPOSITORY, {**AS_MADE, "tags": {}}, {**AS_MADE, "tags": {"Team": "a"}}),
    "a longer life": replaced(
        LIFECYCLE,
        KEPT,
        {**KEPT, "policy": lifecycle_policy().replace('"countNumber": 100', '"countNumber": 200')},
        "policy",
    ),
    "a first lifecycle": change(LIFECYCLE, None, KEPT),
    "a lifecycle of by hand": replaced(
        LIFECYCLE, {**KEPT, "policy": '{"rules": []}'}, KEPT, "policy"
    ),
    "scanned from now on": change(SCANNING, {"scan_type": "BASIC", "rule": []}, SCANNED),
    "scans of every repository": change(SCANNING, SCANNED, scanned("*")),
    "scans by a part of the name": change(SCANNING, SCANNED, scanned("pay")),
    "pulled by the next account": change(POLICY, None, pulls(COPIES)),
    "pulled no longer by an old role": change(
        POLICY, pulls(COPIES, "arn:aws:iam::999999999999:role/a"), pulls(COPIES)
    ),
    "pulled again": change(POLICY, {"policy": policy_document()}, pulls(COPIES)),
    "pulled by nobody": change(POLICY, pulls(COPIES), None),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses(environments: Mapping[str, Environment], name: str) -> None:
    assert rules(environments, BAD[name])


@pytest.mark.parametrize("name", GOOD)
def test_lets(environments: Mapping[str, Environment], name: str) -> None:
    assert rules(environments, GOOD[name]) == set()


def test_says_that_images_would_be_lost(environments: Mapping[str, Environment]) -> None:
    assert rules(environments, BAD["replaced for its encryption"]) == {"keeps-its-images"}
