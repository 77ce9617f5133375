"""The local AWS: a moto server made strict, and the estate that already exists."""
