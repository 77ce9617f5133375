"""Plans every stack that a change touches, with credentials that can only read."""

import json
import tempfile
from functools import cache
from pathlib import Path

from pay.environments.load import load_environments
from pay.model.stacks import Stack, known_stacks
from rollout.delivery.changed_stacks import changed_from, judged_together
from rollout.delivery.left_states import refuse_left_states
from rollout.delivery.plan_set import PlanSet, clear, seal
from rollout.delivery.synthesis import output_folder, stack_globs
from rollout.delivery.terraform import Terraform
from rollout.plans.releases import release_of
from rollout.terminal.arguments import environments_folder


def plan_changes(base: Path, plans: Path) -> PlanSet:
    """Plan the stacks that differ between the checkout `base` and the working folder, into `plans`.
    The set is sealed when all of them are planned, and not before.

    Raises InvalidInput for a checkout, file or state that cannot be read, and when the change
    leaves behind a state that holds resources; Failed when Terraform fails.
    """
    base, plans, out = base.resolve(), plans.resolve(), output_folder()
    clear(plans)
    folder = environments_folder()
    known = known_stacks(load_environments(folder))
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`: a local state is found by a path relative to the stack's folder.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".base-") as before:
        changes = changed_from(base, Path.cwd(), folder, Path(before), out, globs=stack_globs())
        refuse_left_states(Terraform(Path(before)), changes.left)
    ids = sorted(judged_together(changes.changed, known))
    terraform = Terraform(out)

    @cache
    def state(id: str) -> bytes:
        terraform.init(id)
        return terraform.show(id)

    def release(stack: Stack) -> dict[str, str]:
        """The image tags that run on a side; on the service's other side while it does not exist.

        No two services have the same release, and a plan of a change to the code must show none.
        """
        place = (stack.owner, stack.service)
        sides = [s.id for s in known.values() if s.kind.side and (s.owner, s.service) == place]
        own_first = sorted(filter(terraform.has, sides), key=lambda id: id != stack.id)
        return release_of(stack.service or "", ((f"state of {id}", state(id)) for id in own_first))

    with tempfile.TemporaryDirectory() as scratch:
        for id in ids:
            variables = None
            if known[id].kind.side:
                variables = Path(scratch, f"{id}.tfvars.json")
                variables.write_text(json.dumps(release(known[id])))
            file = plans / f"{id}.tfplan"
            terraform.init(id)
            terraform.plan(id, file, variables=variables)
            file.with_suffix(".json").write_bytes(terraform.show(id, file))
    return seal(plans, ids, base)
