"""The Terraform-generating library: model, catalogue, constructs and the HCL2 writer."""

import os

# cdktf copies this when it is first imported. `cdktf synth --hcl` sets it to true, which would turn
# on cdktf's own, broken HCL; pay.synth writes the HCL instead.
os.environ["SYNTH_HCL_OUTPUT"] = "false"
