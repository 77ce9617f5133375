"""Measures a service and judges it."""
