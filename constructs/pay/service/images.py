"""The images of a task: which repository, and which release by a Terraform variable."""

from cdktf import TerraformLocal, TerraformVariable, TerraformVariableValidationConfig
from constructs import Construct

from pay.containers.images import DIGEST, TAG
from pay.model import names
from pay.model.side import ServiceSide

APPLICATION_IMAGE_TAG = "application_image_tag"
"""The Terraform variable of the application's image tag, as Pay's pipeline passes it."""

_REFUSED_TAGS = ("latest",)
"""Those of `pay.containers.images.MOVING_TAGS` that Terraform refuses before a plan is made; the
guard refuses all of them in the plan."""


def images(scope: Construct, side: ServiceSide) -> dict[str, str]:
    """Container name -> its image in the environment's own registry, by tag or, when the variable
    holds one, by digest.
    """
    service = side.service
    containers = {service.name: (names.repository(service.name), APPLICATION_IMAGE_TAG)}
    for sidecar in service.sidecars:
        containers[sidecar.name] = (sidecar.repository, sidecar.image_tag_variable)
    return {
        container: _image(scope, side, container, repository, tag)
        for container, (repository, tag) in containers.items()
    }


def _image(
    scope: Construct, side: ServiceSide, container: str, repository: str, tag_variable: str
) -> str:
    _require_pinned_tag(scope, tag_variable)
    environment = side.environment
    registry = f"{environment.account_id}.dkr.ecr.{environment.region}.amazonaws.com"
    mark = f'${{startswith(var.{tag_variable}, "sha256:") ? "@" : ":"}}'
    name = f"{container.replace('-', '_')}_image"
    TerraformLocal(scope, name, f"{registry}/{repository}{mark}${{var.{tag_variable}}}")
    return f"${{local.{name}}}"


def _require_pinned_tag(scope: Construct, name: str) -> None:
    """Declare the variable, without a default."""
    refused = ", ".join(_REFUSED_TAGS)
    is_allowed = [f'var.{name} != "{tag}"' for tag in _REFUSED_TAGS]
    is_pinned = f'can(regex("^({DIGEST}|{TAG})$", var.{name}))'
    TerraformVariable(
        scope,
        name,
        type="string",
        nullable=False,
        description="The image's tag in ECR, or its sha256: digest; passed with -var.",
        validation=[
            TerraformVariableValidationConfig(
                condition=f"${{{' && '.join([*is_allowed, is_pinned])}}}",
                error_message=(
                    f"{name} must be a pinned tag such as 123-release, or a digest such as "
                    f"sha256:<64 hex digits>. The tag {refused} is refused: nobody could say "
                    "which release runs, nor roll back to it."
                ),
            )
        ],
    )
