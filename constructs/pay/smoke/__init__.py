"""Smoke tests: the scripts of the canaries, their archives, their runner, their resources."""
