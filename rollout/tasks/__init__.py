"""Runs migrations of databases and other tasks that start, do their work once and end."""
