"""Examines an environment's account before the first plan, by calls that only read."""
