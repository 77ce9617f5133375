"""Examines an environment's account before the first plan; every call reads."""
