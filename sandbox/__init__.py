"""The local AWS, which is a strict moto server with the estate that already exists."""
