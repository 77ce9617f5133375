"""Judges load tests by their results."""
