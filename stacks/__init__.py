"""Wiring only: one file per kind of stack."""
