"""Constructs that the services of an environment share: clusters, capacity, keys, topics."""
