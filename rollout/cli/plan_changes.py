"""Plan every stack that a change touches.

Run it at the root of the checkout with the change; credentials that can only read are enough. PLANS
gets STACK.tfplan and STACK.json of every stack whose HCL differs from BASE's. It gets SHA256SUMS
when all of them are planned. Prints the stacks, one a line.

A side is planned with the release and the sidecars that run on it. So no plan shows a release. A
new pin of a sidecar rolls no side either. The command names the `pay patch` that does it in waves.
Image tags in TF_VAR_... variables count only for sides that run nowhere yet.

Example: `pay plan-changes ../base plans`
"""

from dataclasses import asdict

import typer

from rollout.delivery.plan_changes import plan_changes as plan_all
from rollout.terminal.arguments import BaseFolder, Json, PlansFolder
from rollout.terminal.console import print_json


def plan_changes(base: BaseFolder, plans: PlansFolder, as_json: Json = False) -> None:
    sealed = plan_all(base, plans)
    if as_json:
        print_json(
            {
                "plans": str(sealed.folder),
                "sha256": sealed.sha256,
                "stacks": [asdict(file) for file in sealed.files],
            }
        )
        return
    for stack in sealed.stacks:
        typer.echo(stack)
