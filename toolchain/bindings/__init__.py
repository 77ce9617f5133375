"""Typed bindings for the AWS provider, generated from a schema trimmed to the types in use."""
