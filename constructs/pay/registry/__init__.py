"""The repositories of an account's images."""
