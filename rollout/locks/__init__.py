"""Locks an environment for one command at a time, whatever changes it and from wherever."""
