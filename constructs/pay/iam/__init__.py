"""Reads and writes IAM policy documents."""
