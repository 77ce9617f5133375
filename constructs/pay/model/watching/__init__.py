"""Protective monitoring: what AWS watches in an account, and what of it reaches people."""
