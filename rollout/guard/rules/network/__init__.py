"""Rules about the network of sides."""
