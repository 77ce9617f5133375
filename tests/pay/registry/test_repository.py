"""The repositories of images: what a rollback needs stays, and only named roles pull it."""

import json

import pytest
from cdktf import TerraformStack

from pay.containers.lifecycle import losses
from pay.model.environment.images import Registry
from pay.model.images import Image, ImageKind
from pay.model.rights.tasks import PULL_ACTIONS
from pay.model.vocabulary import ImageOwner
from pay.registry.repository import image_repository
from tests.support.synthesised import Synthesised, rendered

KEY = "arn:aws:kms:eu-west-1:555555555555:key/11111111-2222-3333-4444-555555555555"
ROLES = tuple(f"arn:aws:iam::444444444444:role/{name}" for name in ("copies", "also-copies"))
NAMES = ("new-image", "with-key", "with-aes")


def image(name: str) -> Image:
    return Image(name, f"govukpay/{name}", ImageKind.SERVICE, ImageOwner.SERVICE_TEAM)


@pytest.fixture(scope="module")
def stack() -> Synthesised:
    """A new repository, and two that existed before with an encryption each."""
    kept = {"govukpay/with-key": KEY, "govukpay/with-aes": "AES256"}
    registry = Registry(pulled_by=ROLES, encryption=kept)

    def build(stack: TerraformStack) -> None:
        for name in NAMES:
            image_repository(stack, image(name), registry=registry)

    return rendered(build)


@pytest.mark.parametrize("name", NAMES)
def test_a_repository_outlives_terraform_and_its_tags_never_move(
    stack: Synthesised, name: str
) -> None:
    repository = stack.resource("aws_ecr_repository", f"{name.replace('-', '_')}_repository")
    assert repository["name"] == f"govukpay/{name}"
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["force_delete"] is False
    assert repository["lifecycle"] == {"prevent_destroy": True}
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}


def test_a_new_repository_has_kms_and_one_from_before_what_ecr_never_changes(
    stack: Synthesised,
) -> None:
    found = {
        name: stack.resource("aws_ecr_repository", f"{name}_repository")["encryption_configuration"]
        for name in ("new_image", "with_key", "with_aes")
    }
    assert found == {
        "new_image": [{"encryption_type": "KMS"}],
        "with_key": [{"encryption_type": "KMS", "kms_key": KEY}],
        "with_aes": [{"encryption_type": "AES256"}],
    }


def test_each_repository_expires_images_but_no_release_that_may_run(stack: Synthesised) -> None:
    policies = stack.document["resource"]["aws_ecr_lifecycle_policy"]
    assert {id: policy["repository"] for id, policy in policies.items()} == {
        f"{name}_lifecycle": f"${{aws_ecr_repository.{name}_repository.name}}"
        for name in ("new_image", "with_key", "with_aes")
    }
    for policy in policies.values():
        assert json.loads(policy["policy"])["rules"]
        assert list(losses(policy["policy"])) == []


def test_only_the_named_roles_of_other_accounts_may_pull_and_nobody_may_push(
    stack: Synthesised,
) -> None:
    policy = stack.resource("aws_ecr_repository_policy", "new_image_policy")
    assert policy["repository"] == "${aws_ecr_repository.new_image_repository.name}"
    [statement] = json.loads(policy["policy"])["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"AWS": sorted(ROLES)}
    assert statement["Action"] == list(PULL_ACTIONS)


def test_without_such_roles_no_other_account_gets_a_policy() -> None:
    stack = rendered(lambda stack: image_repository(stack, image("new-image"), registry=Registry()))
    assert stack.addresses == [
        "aws_ecr_lifecycle_policy.new_image_lifecycle",
        "aws_ecr_repository.new_image_repository",
    ]
