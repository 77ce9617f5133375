"""Reads what the rules judge: synthesised stacks, plans, their expressions."""
