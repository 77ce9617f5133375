"""The images that run now, as the Terraform variables that plan them again: a plan of a stage then
shows no release.

`python -m rollout.plans.releases STACK STATE.json...` prints them as a `.tfvars.json` file.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import known_stacks
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import PriorState
from rollout.terminal.arguments import environments_folder

APPLICATION_IMAGE_TAG = "application_image_tag"
"""As pay.service.images declares it, which is not imported because it imports cdktf."""


def image_tag_variables(service: str) -> Mapping[str, str]:
    """Container -> the Terraform variable of its image's tag; none for an unknown service."""
    found = CATALOGUE.get(service)
    if found is None:
        return {}
    sidecars = {sidecar.name: sidecar.image_tag_variable for sidecar in found.sidecars}
    return {**sidecars, found.name: APPLICATION_IMAGE_TAG}


def tag_of(image: str) -> str:
    """The image's tag, or its digest if it is pinned by one, as the variable takes it."""
    return image.partition("@")[2] or image.rpartition(":")[2]


def running(service: str, state: PriorState) -> dict[str, str]:
    """Variable -> tag of each container in a state; none in the state of a side that is not there.

    Raises Unread when the state's container definitions cannot be read.
    """
    variables = image_tag_variables(service)
    return {
        variables[container["name"]]: tag_of(str(container.get("image", "")))
        for resource in state.values.root_module.every_resource()
        if resource.type == TASK_DEFINITION and resource.mode == "managed"
        for container in containers_of(resource.values)
        if container["name"] in variables
    }


def main(stack: str, *states: str) -> None:
    """Prints what runs by the first of the states that knows: the own side's, then the other's."""
    service = known_stacks(load_environments(environments_folder()))[stack].service or ""
    found: dict[str, str] = {}
    for path in map(Path, states):
        try:
            # `terraform show -json` of no state at all has no values.
            found = found or running(service, PriorState.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError, Unread) as error:
            raise InvalidInput(
                [
                    Problem(
                        where=str(path),
                        found=str(error).splitlines()[0],
                        allowed="a state with readable container definitions",
                        fix="write it with: terraform show -json",
                    )
                ]
            ) from None
    print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except InvalidInput as mistakes:
        sys.exit(str(mistakes))
