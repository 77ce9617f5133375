"""Schedules the moves: waves, the earliest time of each, and their table, calendar and chart."""
