"""A repository of images in ECR: tags that never move, scans, a lifetime, and who may pull."""

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from imports.aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from imports.aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from imports.aws.ecr_repository_policy import EcrRepositoryPolicy
from pay.containers.lifecycle import lifecycle_policy
from pay.iam.document import policy_document
from pay.model import addresses
from pay.model.environment.images import Registry
from pay.model.images import Image
from pay.model.rights.tasks import pulls_images


def image_repository(scope: Construct, image: Image, *, registry: Registry) -> None:
    """Create the repository of an image. Every rollback needs its images. Terraform refuses to plan
    its deletion, and ECR to delete it while it holds one.
    """
    repository = EcrRepository(
        scope,
        addresses.repository(image.name).id,
        name=image.repository,
        image_tag_mutability="IMMUTABLE",
        force_delete=False,
        encryption_configuration=[_encryption(registry.encryption.get(image.repository))],
        # Enhanced scanning by the registry takes its place; set for those who look here.
        image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
        lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
    )
    EcrLifecyclePolicy(
        scope,
        addresses.repository_lifecycle(image.name).id,
        repository=repository.name,
        policy=lifecycle_policy(),
    )
    if registry.pulled_by:
        EcrRepositoryPolicy(
            scope,
            addresses.repository_policy(image.name).id,
            repository=repository.name,
            policy=policy_document(pulls_images(registry.pulled_by)),
        )


def _encryption(existing: str | None) -> EcrRepositoryEncryptionConfiguration:
    """Return the existing encryption, which ECR never changes. For a new repository return KMS,
    with the key that AWS manages for ECR. Pulls from other accounts need no right to that key (AWS:
    ECR user guide, "Encryption at rest").
    """
    if existing == "AES256":
        return EcrRepositoryEncryptionConfiguration(encryption_type=existing)
    return EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=existing)
