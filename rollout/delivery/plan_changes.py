"""Plans every stack that a change touches, with credentials that can only read."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pay.environments.load import load_environments
from pay.model.stacks import Stack, known_stacks
from rollout.delivery import plan_set
from rollout.delivery.changed_stacks import changed_from, judged_together
from rollout.delivery.plan_set import PlanSet
from rollout.delivery.synthesis import output_folder, stack_globs
from rollout.delivery.terraform import Terraform
from rollout.plans.releases import release_of
from rollout.terminal.arguments import environments_folder


def plan_changes(base: Path, plans: Path) -> PlanSet:
    """Plan the stacks that differ between the checkout `base` and the working folder, into `plans`.
    The set is sealed when all of them are planned, and not before.

    Raises InvalidInput for a checkout, file or state that cannot be read, and when the change
    deletes the code of a stack; Failed when Terraform fails.
    """
    base, plans, out = base.resolve(), plans.resolve(), output_folder()
    plan_set.clear(plans)
    folder = environments_folder()
    known = known_stacks(load_environments(folder))
    changed = changed_from(base, Path.cwd(), folder, out, globs=stack_globs())
    ids = sorted(judged_together(changed, known))
    terraform = Terraform(out)
    releases = _Releases(terraform, known)
    with tempfile.TemporaryDirectory() as scratch:
        for id in ids:
            variables = None
            if known[id].kind.side:
                variables = Path(scratch, f"{id}.tfvars.json")
                variables.write_text(json.dumps(releases.of(known[id])))
            _plan(terraform, id, plans, variables)
    return plan_set.seal(plans, ids, base)


def _plan(terraform: Terraform, stack: str, plans: Path, variables: Path | None) -> None:
    file = plans / f"{stack}.tfplan"
    terraform.init(stack)
    terraform.plan(stack, file, variables=variables)
    (plans / f"{stack}.json").write_bytes(terraform.show_plan(stack, file))


@dataclass(frozen=True)
class _Releases:
    """The releases that run, side by side: no two services have the same, and a plan of a change to
    the code must show no release. A side that does not exist yet gets the other side's.
    """

    terraform: Terraform
    known: Mapping[str, Stack]
    _states: dict[str, bytes] = field(default_factory=dict)

    def of(self, stack: Stack) -> Mapping[str, str]:
        """Return Terraform variable -> image tag for a side of a service."""
        return release_of(stack.service or "", self._states_of_service(stack))

    def _states_of_service(self, stack: Stack) -> Iterator[tuple[str, bytes]]:
        """The states of a service's sides that are synthesised, the stack's own first."""
        place = (stack.owner, stack.service)
        sides = [s.id for s in self.known.values() if s.kind.side and (s.owner, s.service) == place]
        for id in sorted(sides, key=lambda id: id != stack.id):
            if self.terraform.has(id):
                yield f"state of {id}", self._state(id)

    def _state(self, id: str) -> bytes:
        if id not in self._states:
            self.terraform.init(id)
            self._states[id] = self.terraform.show_state(id)
        return self._states[id]
