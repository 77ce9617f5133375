"""Records the releases of services."""
