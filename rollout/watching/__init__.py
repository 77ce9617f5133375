"""Reads what watches an environment."""
