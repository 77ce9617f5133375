"""Keeps in Git what commands record beside the environment files."""
