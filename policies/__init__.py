"""The PCI gate: judges the synthesised Terraform against PCI DSS v4.0.1.

Runs in its own virtual environment (`.venv-checkov`). Of this project it imports only
the readers of `pay` that need no library: secrets, IAM, containers, plans
(docs/decisions/0102).
"""

import os

# Read by checkov when it is imported.
os.environ.setdefault("LOG_LEVEL", "ERROR")
# Checkov reads it for every plan. What is not known yet must not be taken for missing.
os.environ["EVAL_TF_PLAN_AFTER_UNKNOWN"] = "true"
