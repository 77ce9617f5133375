"""The PCI gate: judges the Terraform that was synthesised against PCI DSS v4.0.1.

Runs in its own virtual environment (`.venv-checkov`) and imports nothing else of this project
but what tells a secret (`pay.secrets.values`), which the plan guard judges by too.
"""
