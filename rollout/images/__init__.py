"""Surveys container images, or copies them from account to account."""
