"""Wires constructs into stacks, one file per kind, for the synthesis of all."""
