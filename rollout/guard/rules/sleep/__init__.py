"""Rules about environments that sleep."""
