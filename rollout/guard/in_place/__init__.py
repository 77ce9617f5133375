"""What is known to be harmless when Terraform changes an attribute of what exists."""
