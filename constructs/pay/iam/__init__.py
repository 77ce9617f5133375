"""Reads or writes IAM policy documents."""
