"""Reads environment files and the reviewed ids of resources to adopt."""
