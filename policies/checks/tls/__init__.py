"""Rules about encryption in transit."""
