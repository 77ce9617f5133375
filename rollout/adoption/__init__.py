"""Finds what runs today, so that it is taken over instead of created again."""
