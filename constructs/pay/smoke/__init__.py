"""Smoke tests: the scripts of the canaries, their archives, what runs them, and their resources."""
