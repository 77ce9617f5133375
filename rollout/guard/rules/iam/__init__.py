"""Rules about rights."""
