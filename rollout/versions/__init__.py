"""Compares pinned versions with the newest known ones."""
