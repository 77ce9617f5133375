"""The library that generates Terraform: model, catalogue, constructs, HCL2 writer."""

import os
import time
from pathlib import Path

STARTED = time.time()
"""The moment when this process began to read the project's code."""

# cdktf copies this when it is first imported. `cdktf synth --hcl` sets it to true, which would turn
# on cdktf's own, broken HCL; pay.hcl.app writes the HCL instead.
os.environ["SYNTH_HCL_OUTPUT"] = "false"

# jsii starts this as `node`, without a relay between Python and cdktf: a fifth of the time
# (docs/decisions/0081). Another value of JSII_NODE brings back jsii's own way.
os.environ.setdefault("JSII_NODE", str(Path(__file__).with_name("hcl") / "one_node_process.sh"))
