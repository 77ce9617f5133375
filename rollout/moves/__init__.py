"""Moves a service to another stage: gates, the journal, the line in the environment file."""
