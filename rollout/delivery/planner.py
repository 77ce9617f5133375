"""Plans a stack, with credentials that can only read."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pay.model.images import APPLICATION_IMAGE_TAG
from pay.model.stack_kind import Declaration
from pay.model.stacks import Stack
from pay.model.tasks import image_tag_variable
from rollout.delivery.terraform import Terraform
from rollout.plans.releases import (
    image_tag_variables_of_tasks,
    release_of,
    releases_of_tasks,
)


class Planner:
    """Plans synthesised stacks; of the side of a service with the release that runs on it."""

    def __init__(self, terraform: Terraform, known: Mapping[str, Stack]) -> None:
        """`known` has every stack of the environments by its id."""
        self._terraform = terraform
        self._known = known
        self._states: dict[str, bytes] = {}

    def plan(
        self, id: str, file: Path, *, release: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """Write the plan of a stack, and beside it, with the suffix .json, what it shows. Return
        the image tags that it was planned with, by variable.
        `release` has the image tags of a side, or those of an environment's tasks that change.
        Without it the tags are those that run.

        Raises InvalidInput for a state that cannot be read, Failed when Terraform fails.
        """
        with tempfile.TemporaryDirectory() as scratch:
            variables, stack = None, self._known[id]
            is_whole = release is not None and stack.kind.side
            tags = ({} if is_whole else self._images(stack)) | dict(release or {})
            if tags:
                variables = Path(scratch, "release.tfvars.json")
                variables.write_text(json.dumps(tags))
            self._terraform.init(id)
            self._terraform.plan(id, file, variables=variables)
        self.show(id, file)
        return tags

    def show(self, id: str, file: Path) -> None:
        """Write a plan as JSON. Raises Failed when Terraform cannot read it."""
        file.with_suffix(".json").write_bytes(self._terraform.show(id, file))

    def _images(self, stack: Stack) -> dict[str, str]:
        """Return the image tags that a stack is planned with again; nothing where it has none."""
        if stack.kind.declared_by is Declaration.TASKS:
            return self._releases_of_tasks(stack)
        return self._release(stack) if stack.kind.side else {}

    def _releases_of_tasks(self, stack: Stack) -> dict[str, str]:
        """Return the image tags of tasks, and those of services whose migration is new here."""
        tags = releases_of_tasks([(f"state of {stack.id}", self._state(stack.id))])
        sides = [
            each for each in self._known.values() if each.kind.side and each.owner == stack.owner
        ]
        for side in sides:
            variable = image_tag_variable(side.service or "")
            if variable in image_tag_variables_of_tasks().values() and variable not in tags:
                running = self._release(side).get(APPLICATION_IMAGE_TAG)
                tags |= {variable: running} if running else {}
        return tags

    def _release(self, stack: Stack) -> dict[str, str]:
        """Return the image tags that run on a side; on the service's other side while it does not
        exist.

        No two services have the same release, and a plan of a change to the code must show none.
        """
        place = (stack.owner, stack.service)
        sides = [
            each.id
            for each in self._known.values()
            if each.kind.side and (each.owner, each.service) == place
        ]
        own_first = sorted(filter(self._terraform.has, sides), key=lambda id: id != stack.id)
        states = ((f"state of {id}", self._state(id)) for id in own_first)
        return release_of(stack.service or "", states)

    def _state(self, id: str) -> bytes:
        if id not in self._states:
            self._terraform.init(id)
            self._states[id] = self._terraform.show(id)
        return self._states[id]
