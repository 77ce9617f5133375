"""Checks of the catalogue with all environments."""
