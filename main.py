"""The table of contents: environments -> stacks -> Terraform. `cdktf` runs this file.

PAY_STACKS limits a run to stack ids by shell globs; PAY_ENVIRONMENTS names another folder.
"""

import os
import sys
from pathlib import Path

from pay.environments.adopted import load_all_adopted
from pay.environments.load import load_environments
from pay.hcl import HclError, ProviderSchema
from pay.model import InvalidInput

ROOT = Path(__file__).parent
ENVIRONMENTS = Path(os.environ.get("PAY_ENVIRONMENTS") or ROOT / "environments")
STACKS = os.environ.get("PAY_STACKS", "").split()


def main() -> None:
    environments = load_environments(ENVIRONMENTS)
    schema = ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")

    # Only now: a mistake in a file is told in a tenth of the time that cdktf takes to start.
    from pay.hcl.app import HclApp
    from stacks.estate import add_stacks

    app = HclApp(schema)
    adopted = load_all_adopted(ENVIRONMENTS, environments.values())
    add_stacks(app, environments, adopted=adopted, patterns=STACKS)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except (InvalidInput, HclError) as mistakes:
        sys.exit(str(mistakes))
