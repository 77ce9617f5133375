"""The PCI gate: judges the synthesised Terraform against PCI DSS v4.0.1.

Runs in its own virtual environment (`.venv-checkov`). Of this project it imports only
the readers of `pay` that need no library: secrets, IAM, containers, plans
(docs/decisions/0102).
"""
