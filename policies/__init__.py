"""The PCI gate: judges the synthesised Terraform against PCI DSS v4.0.1.

Runs in its own virtual environment (`.venv-checkov`). Shares only the readers of secrets, images
and IAM resources (`pay.secrets`, `pay.containers`, `pay.iam`) with the rest of the project, so that
the model, the plan guard and the gate give the same answer.
"""
