"""Rules about task definitions and what runs in them."""
