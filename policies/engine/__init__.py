"""Reads stacks and plans, runs the checks and applies the waivers."""

import os

# Read by checkov when it is imported.
os.environ.setdefault("LOG_LEVEL", "ERROR")
# Read by checkov for every plan: what is not known yet must not be taken for missing.
os.environ["EVAL_TF_PLAN_AFTER_UNKNOWN"] = "true"
