"""Sets up a checkout: finds or installs Python packages, Node, Terraform and the AWS provider.

Runs on the machine's own Python before anything is installed, so it imports only the standard
library.
"""
