"""The table of contents: environments -> stacks -> Terraform. `cdktf` runs this file.

PAY_STACKS limits a run to stack ids by shell globs; PAY_ENVIRONMENTS names another folder;
PAY_REUSE=off makes every stack new.
"""

import os
import sys
from functools import partial
from pathlib import Path

from pay.environments.adopted import load_all_adopted
from pay.environments.load import load_environments
from pay.hcl.errors import HclError
from pay.hcl.kept_output import KeptOutput
from pay.model import InvalidInput
from pay.model.problem import printable
from stacks.estate import planned_stacks
from stacks.made_from import SCHEMA, made_from
from stacks.synthesis import synthesise

ROOT = Path(__file__).parent
ENVIRONMENTS = Path(os.environ.get("PAY_ENVIRONMENTS") or ROOT / "environments")
STACKS = os.environ.get("PAY_STACKS", "").split()
REUSE = os.environ.get("PAY_REUSE") != "off"
OUTPUT = Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))


def main() -> None:
    environments = load_environments(ENVIRONMENTS)
    adopted = load_all_adopted(ENVIRONMENTS, environments.values())
    planned = list(planned_stacks(environments, adopted=adopted, patterns=STACKS))
    kept = KeptOutput(ROOT / ".cache" / "stacks", partial(made_from, ROOT)) if REUSE else None
    synthesise(planned, OUTPUT, ROOT / SCHEMA, kept)


if __name__ == "__main__":
    try:
        main()
    except (InvalidInput, HclError) as mistakes:
        sys.exit(printable(str(mistakes)))
