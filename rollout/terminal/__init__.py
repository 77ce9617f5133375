"""Reads the input of commands, or shows their output."""
