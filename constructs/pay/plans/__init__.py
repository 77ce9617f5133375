"""Reads the JSON of Terraform's plans."""
