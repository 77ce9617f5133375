"""How long a test waits for a program before it calls it hung."""

TIMEOUT_SECONDS = 1500
"""A busy machine takes ten times as long as an idle one, on which none takes three minutes."""
