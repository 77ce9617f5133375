"""Locks an environment for one command at a time, from any machine."""
