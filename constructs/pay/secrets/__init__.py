"""Detects secrets, by the name of a variable and by the look of a value."""
