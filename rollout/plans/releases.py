"""Returns the images that run now, as the Terraform variables that plan them again. So a plan of a
stage shows no release, and one of a pin rolls no side. `pay deploy` and `pay patch` roll them.
"""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.containers.images import tag_of
from pay.model.images import APPLICATION_IMAGE_TAG
from pay.model.problem import InvalidInput, Problem
from pay.model.service.migrations import Migrations
from pay.model.tasks import image_tag_variable
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import PriorState


def image_tag_variables(service: str) -> Mapping[str, str]:
    """Return container -> the Terraform variable of its image tag; none for an unknown service.

    Without the variable of a sidecar, its pinned release is planned.
    """
    microservice = CATALOGUE.get(service)
    if microservice is None:
        return {}
    sidecars = {sidecar.name: sidecar.image_tag_variable for sidecar in microservice.sidecars}
    return {**sidecars, microservice.name: APPLICATION_IMAGE_TAG}


def image_tag_variables_of_tasks() -> Mapping[str, str]:
    """Return the same for the stack with an environment's tasks."""
    migrations = {
        name: image_tag_variable(name)
        for name, service in CATALOGUE.items()
        if service.migrations is not Migrations.NONE
    }
    return migrations | {task.name: task.image_tag_variable for task in ONE_OFF_TASKS}


def _running(variables: Mapping[str, str], state: PriorState) -> dict[str, str]:
    return {
        variables[container["name"]]: tag_of(str(container.get("image", "")))
        for resource in state.values.root_module.every_resource()
        if resource.type == TASK_DEFINITION and resource.mode == "managed"
        for container in containers_of(resource.values)
        if container["name"] in variables
    }


def release_of(service: str, states: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return variable -> tag by the first state that runs the service: its own side's, then the
    other's. A sidecar that does not run there is left out. A state is a name for messages and what
    `terraform show -json` prints of it.

    Raises InvalidInput for a state that cannot be read.
    """
    return _tags(image_tag_variables(service), states)


def releases_of_tasks(states: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return the same of the stack with an environment's tasks."""
    return _tags(image_tag_variables_of_tasks(), states)


def _tags(variables: Mapping[str, str], states: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    for where, content in states:
        try:
            # Of a stack that was never applied `terraform show -json` prints no values.
            if tags := _running(variables, PriorState.model_validate_json(content)):
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
