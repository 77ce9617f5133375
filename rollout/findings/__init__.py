"""Reads the findings of protective monitoring for the team that answers them."""
