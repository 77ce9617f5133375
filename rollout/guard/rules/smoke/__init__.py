"""Rules about smoke tests."""
