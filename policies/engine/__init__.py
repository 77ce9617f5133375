"""Reads stacks and plans, runs the declared rules and applies the waivers."""
