"""Findings of protective monitoring: read, told in the catalogue's words, answered and counted."""
