"""What people run around a deploy: the command `pay`."""
