"""Judges a service by its metrics."""
