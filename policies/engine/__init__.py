"""Reads stacks and plans, runs the checks and applies the waivers."""
