"""Writes the pipelines of an environment, and checks pipelines without a server."""
