"""Smoke tests of one side: run them, wait for their end, and say what they show."""
