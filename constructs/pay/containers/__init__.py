"""Reads container definitions in the spelling of the ECS API."""
