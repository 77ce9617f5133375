"""Schedules the moves."""
