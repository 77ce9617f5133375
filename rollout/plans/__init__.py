"""Reads Terraform plans: what changes, in which stack, in which order."""
