"""The ways from what AWS's tools find in an account to people."""
