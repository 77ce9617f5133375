"""Asks AWS, read only, in the account of an environment."""
