"""The images of a task: which repository, and which release by a Terraform variable."""

from cdktf import TerraformLocal, TerraformVariable, TerraformVariableValidationConfig
from constructs import Construct

from pay.containers.images import MOVING_TAG, RELEASE_TAG, TAG
from pay.containers.releases import release_tag
from pay.identifiers import DIGEST, DIGEST_PREFIX
from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.images import APPLICATION_IMAGE_TAG
from pay.model.side import ServiceSide


def images(scope: Construct, side: ServiceSide) -> dict[str, str]:
    """Return container name -> its image in the environment's own registry, by tag or by digest.

    A sidecar has the digest that the environment pins. Its variable replaces it, to try another
    release on one service.
    """
    service, pins = side.service, side.environment.sidecars
    repository = names.repository(service.name)
    by_container = {
        service.name: image(
            scope, side.environment, service.name, repository, APPLICATION_IMAGE_TAG
        )
    }
    for each in service.sidecars:
        digest = pins[each.name].digest if each.name in pins else None
        by_container[each.name] = image(
            scope, side.environment, each.name, each.repository, each.image_tag_variable, digest
        )
    return by_container


def image(
    scope: Construct,
    environment: Environment,
    container: str,
    repository: str,
    tag_variable: str,
    pinned: str | None = None,
) -> str:
    """Return a container's image; the Terraform variable, which this declares, has its tag."""
    _declare(scope, tag_variable, pinned)
    registry = names.image_registry(environment.account_id, environment.region)
    mark = f'${{startswith(var.{tag_variable}, "{DIGEST_PREFIX}") ? "@" : ":"}}'
    name = f"{container.replace('-', '_')}_image"
    TerraformLocal(scope, name, f"{registry}/{repository}{mark}${{var.{tag_variable}}}")
    return f"${{local.{name}}}"


def _declare(scope: Construct, name: str, pinned: str | None) -> None:
    passed = "passed with -var"
    how = f"the pin of the environment, unless another is {passed}" if pinned else passed
    TerraformVariable(
        scope,
        name,
        type="string",
        nullable=False,
        default=pinned,
        description=f"The image's tag in ECR, or its sha256: digest; {how}.",
        # The same as `pay.containers.images.is_pinned`, by which guard and PCI gate judge.
        validation=[
            TerraformVariableValidationConfig(
                condition=f'${{can(regex("^({DIGEST}|{TAG})$", var.{name}))}}',
                error_message=(
                    f"{name} must be a tag such as {release_tag(123)}, or a digest: sha256: and 64 "
                    "digits in lower-case hexadecimal."
                ),
            ),
            *(
                TerraformVariableValidationConfig(
                    condition=f"${{{condition}}}",
                    error_message=(
                        f"{name} must name one release: a tag that moves hides which release runs, "
                        "and no rollback can return to it."
                    ),
                )
                for condition in (
                    f'can(regex("{RELEASE_TAG}", var.{name}))',
                    *(f'!can(regex("{moving}", var.{name}))' for moving in MOVING_TAG),
                )
            ),
        ],
    )
