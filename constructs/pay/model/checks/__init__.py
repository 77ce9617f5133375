"""Checks across the catalogue and all environments."""
