"""Puts an environment to sleep, or wakes it, by hand."""
