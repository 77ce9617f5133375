"""Calculates the costs of the estate."""
