"""The local AWS: a strict moto server, and the estate that already exists."""
