"""Runs the rules over stacks or plans, less what waivers accept."""
