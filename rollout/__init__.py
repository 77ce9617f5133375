"""The command `pay`."""
