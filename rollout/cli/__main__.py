"""Runs `pay`: `python -m rollout.cli`."""

from rollout.cli import app

app()
