"""Refuses before `cdktf deploy` begins what the sandbox can only plan.

Environments with remote state are plan-only. Their sandbox already holds what their stacks look up
of each other, so that each can be planned by itself. An apply would fail half way, at the first
resource that exists.

`.venv/bin/cdktf` runs this module with cdktf and its arguments.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.settings import ACCESS_KEY_ID
from toolchain.paths import ROOT

if TYPE_CHECKING:
    from pay.model import Environment

WRITES = ("apply", "deploy", "destroy", "watch")
"""The commands of cdktf that change what exists."""

LOAD_LATER = ROOT / "constructs" / "pay" / "hcl" / "load_later.js"

NODE = ("env", "node", "--liftoff-only", "--no-validate-asm", "--require", str(LOAD_LATER))
"""The program that runs cdktf, as cdktf's first line says.

It runs some WebAssembly and some asm.js for less than a second. Node would spend half a second to
make the one faster, and as much to compile the other. Both run without. What only `cdktf convert`
needs is loaded when that runs.
"""


def is_plan_only(environment: "Environment") -> bool:
    """Return whether the sandbox can only plan an environment, because its state is not local."""
    return environment.state.backend != "local"


def in_sandbox(variables: Mapping[str, str] = os.environ) -> bool:
    """Return whether a program with these variables uses a sandbox as AWS."""
    return variables.get("AWS_ACCESS_KEY_ID") == ACCESS_KEY_ID


def refusal(environments: Iterable[str]) -> str:
    """Return why the sandbox cannot be deployed to, for the names of plan-only environments."""
    names = ", ".join(sorted(environments))
    return (
        f"found {names}, which the sandbox can only plan. It already holds what their stacks look "
        'up of each other. Allowed: an environment with state.backend = "local". Nothing was '
        "changed. See the plan with `cdktf diff STACK`, `pay review STACK` or `pay guard STACK`"
    )


def main(program: str, *arguments: str) -> None:
    """Run cdktf, unless it would deploy to the sandbox what that can only plan.

    Raises SystemExit with the reason.
    """
    command = next((each for each in arguments if each in WRITES), None)
    if command and in_sandbox():
        if names := _of_deploy(arguments[arguments.index(command) + 1 :]):
            sys.exit(f"cdktf {command}: {refusal(names)}")
    sys.stdout.flush()
    os.execvp(NODE[0], [*NODE, program, *arguments])


def plan_only_among(
    stacks: Iterable[str], environments: "Mapping[str, Environment]"
) -> frozenset[str]:
    """Return the names of the plan-only environments that these stacks, by their ids, serve."""
    from pay.model.stacks import known_stacks

    known = known_stacks(environments)
    names = {name for id in stacks if id in known for name in known[id].environments}
    return frozenset(name for name in names if is_plan_only(environments[name]))


def _of_deploy(arguments: Iterable[str]) -> frozenset[str]:
    """Return the plan-only environments of the given stacks, or else of those in PAY_STACKS.

    Return none if files cannot be read, because cdktf reports that itself.
    """
    from pay.environments.load import load_needed  # only where a deploy may have to be refused
    from pay.model import InvalidInput
    from pay.model.stacks import known_stacks

    folder = Path(os.environ.get("PAY_ENVIRONMENTS") or "environments")
    try:
        environments, _ = load_needed(folder, lambda _: False)
    except InvalidInput:
        return frozenset()
    known = known_stacks(environments)
    selected = os.environ.get("PAY_STACKS", "").split()
    stacks = _matching(known, arguments) or _matching(known, selected)
    return plan_only_among(stacks, environments)


def _matching(ids: Iterable[str], patterns: Iterable[str]) -> set[str]:
    patterns = tuple(patterns)
    return {id for id in ids if any(fnmatchcase(id, pattern) for pattern in patterns)}


if __name__ == "__main__":
    main(*sys.argv[1:])
