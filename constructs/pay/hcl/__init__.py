"""Writes HCL2 from the Terraform JSON that cdktf synthesises."""
