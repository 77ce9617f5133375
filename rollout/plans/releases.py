"""Returns the application's image that runs now, as the Terraform variable that plans it again: a
plan of a stage then shows no release. The environment's file pins the images of sidecars.
"""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from pay.catalogue import CATALOGUE
from pay.model.problem import InvalidInput, Problem
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import PriorState

APPLICATION_IMAGE_TAG = "application_image_tag"
"""As pay.service.images declares it, which is not imported because it imports cdktf."""


def image_tag_variables(service: str) -> Mapping[str, str]:
    """Return container -> the Terraform variable of its image tag; none for an unknown service.

    A sidecar's is only passed to try another release than the pinned one.
    """
    microservice = CATALOGUE.get(service)
    if microservice is None:
        return {}
    sidecars = {sidecar.name: sidecar.image_tag_variable for sidecar in microservice.sidecars}
    return {**sidecars, microservice.name: APPLICATION_IMAGE_TAG}


def tag_of(image: str) -> str:
    """Return the image's tag, or its digest if it is pinned by one, as the variable takes it."""
    return image.partition("@")[2] or image.rpartition(":")[2]


def _running(service: str, state: PriorState) -> dict[str, str]:
    for resource in state.values.root_module.every_resource():
        if resource.type == TASK_DEFINITION and resource.mode == "managed":
            for container in containers_of(resource.values):
                if container["name"] == service:
                    return {APPLICATION_IMAGE_TAG: tag_of(str(container.get("image", "")))}
    return {}


def release_of(service: str, states: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return variable -> tag by the first state that runs the service: its own side's, then the
    other's. A state is a name for messages and what `terraform show -json` prints of it.

    Raises InvalidInput for a state that cannot be read.
    """
    for where, content in states:
        try:
            # Of a stack that was never applied `terraform show -json` prints no values.
            if tags := _running(service, PriorState.model_validate_json(content)):
                return tags
        except (ValidationError, Unread) as error:
            problem = Problem(
                where=where,
                found=str(error).splitlines()[0],
                allowed="a state with readable container definitions",
                fix="look at it with: terraform show -json",
            )
            raise InvalidInput([problem]) from None
    return {}
