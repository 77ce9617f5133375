"""Rules about the capacity of sides."""
