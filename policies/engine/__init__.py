"""Reads stacks and plans, runs the checks, applies the waivers."""
