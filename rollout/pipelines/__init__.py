"""Writes an environment's pipelines, which it checks without a server."""
