"""Runs the smoke tests of one side."""
