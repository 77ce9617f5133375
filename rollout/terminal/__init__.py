"""Reads arguments and writes to the terminal: the ground floor of `pay`."""
