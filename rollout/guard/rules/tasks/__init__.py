"""Rules about tasks beside the services."""
