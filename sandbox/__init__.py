"""The local AWS: a strict moto server with the estate that already exists."""
