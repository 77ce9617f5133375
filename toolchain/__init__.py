"""Sets up a checkout: Python packages, Node, Terraform, the AWS provider.

Set-up runs on the machine's own Python before anything is installed, so it imports only the
standard library. Only `bindings.trim`, which needs a finished set-up, reads `pay.model`.
"""
