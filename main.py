"""The table of contents: environments -> stacks -> Terraform. `cdktf` runs this file.

PAY_STACKS limits a run to stack ids by shell globs. Then only their environments and those that
these follow must be right. Whole ids, as `pay rollback` prints them, need their own environment
only. PAY_ENVIRONMENTS names another folder. PAY_REUSE=off makes every stack new; left out or `on`,
stacks that cannot have changed are reused.
"""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from pay.environments.adopted import load_all_adopted
from pay.environments.load import load_needed
from pay.environments.suppressions import in_force, load_suppressions
from pay.hcl.errors import HclError
from pay.hcl.kept_output import KeptOutput
from pay.model import Environment, InvalidInput, Problem
from pay.model.environment.account import Account
from pay.model.problem import did_you_mean
from pay.model.stack_kind import Input
from pay.model.stacks import Stack, known_stacks
from pay.shown_text import printable
from rollout.moves.stays import stays
from stacks.estate import StackOwner, matches, may_hold, planned_stacks
from stacks.made_from import SCHEMA, made_from
from stacks.synthesis import synthesise
from toolchain import streams
from toolchain.scratch import scratch_folder

ROOT = Path(__file__).parent
"""The folder of this file, or of a link to it. What is kept of its stacks is below."""
ENVIRONMENTS = Path(os.environ.get("PAY_ENVIRONMENTS") or ROOT / "environments")
STACKS = os.environ.get("PAY_STACKS", "").split()
OUTPUT = Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))


def main() -> None:
    reuse = _reuse()
    by_glob = any(set(pattern) & set("*?[") for pattern in STACKS)
    environments, warnings = load_needed(
        ENVIRONMENTS, partial(may_hold, patterns=STACKS), with_followed=by_glob or not STACKS
    )
    selected = [each for name, each in environments.items() if may_hold(name, STACKS)]
    ids = [id for id in known_stacks(environments) if matches(id, STACKS)] if STACKS else None
    adopted, unused = load_all_adopted(ENVIRONMENTS, selected, ids)
    for warning in (*warnings, *unused):
        print(f"Warning, in what PAY_STACKS leaves out: {warning}", file=sys.stderr)
    of_journals, mistakes = stays(ENVIRONMENTS, {each.name: each for each in selected})
    for mistake in mistakes:
        print(f"Warning, a dashboard shows less: {mistake}", file=sys.stderr)
    planned = list(
        planned_stacks(
            environments,
            adopted=adopted,
            inputs={
                Input.STAY: lambda stack, _: of_journals.get((stack.owner, stack.service or "")),
                Input.SUPPRESSED: _suppressed(environments),
            },
            patterns=STACKS,
        )
    )
    if STACKS and not planned:
        raise InvalidInput([_no_stack(environments)])
    kept = KeptOutput(ROOT / ".cache" / "kept-stacks", partial(made_from, ROOT)) if reuse else None
    synthesise(planned, OUTPUT, ROOT / SCHEMA, kept)


def _suppressed(environments: Mapping[str, Environment]) -> Callable[[Stack, StackOwner], object]:
    """Return a function that gives an account's suppressions of today, in UTC, and reads once."""
    today = datetime.now(UTC).date()
    read = cache(partial(load_suppressions, ENVIRONMENTS, environments, today))
    return lambda _, owner: in_force(read(), owner, today) if isinstance(owner, Account) else ()


def _reuse() -> bool:
    """Return whether stacks may be reused. Raises InvalidInput unless PAY_REUSE is on or off."""
    word = os.environ.get("PAY_REUSE") or "on"
    if word not in ("on", "off"):
        fix = "set PAY_REUSE=off to make every stack new, or unset it to reuse stacks"
        raise InvalidInput(
            [Problem(where="PAY_REUSE", found=repr(word), allowed="on, off", fix=fix)]
        )
    return word == "on"


def _no_stack(environments: Mapping[str, Environment]) -> Problem:
    return Problem(
        where="PAY_STACKS",
        found=f"{' '.join(STACKS)}, which matches no stack",
        allowed="shell globs of stack ids, with blanks between them",
        fix=did_you_mean(STACKS[0], known_stacks(environments), "`pay stacks` lists the ids"),
    )


if __name__ == "__main__":
    # A synthesis makes little garbage and ends. Searching for garbage takes a tenth of the time,
    # and as much again at the end.
    gc.disable()
    streams.prepare()
    try:
        with scratch_folder("pay-synth-"):
            main()
    except (InvalidInput, HclError) as mistakes:
        sys.exit(printable(str(mistakes)))
    except OSError as error:
        place = error.filename or "the output folder"
        needed = "files and folders that this user can read and write"
        sys.exit(f"{place}: found {error.strerror}; allowed: {needed}; or set CDKTF_OUTDIR")
    except KeyboardInterrupt:
        print("Stopped: no stack was half written; run it again.", file=sys.stderr)
        sys.exit(streams.STOPPED)
    finally:
        gc.freeze()
