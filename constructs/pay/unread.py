"""The one error of every reader in this package."""


class Unread(ValueError):
    """A document that cannot be read, and is therefore refused; the message says why."""
