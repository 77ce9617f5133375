"""Rules about encryption at rest."""
