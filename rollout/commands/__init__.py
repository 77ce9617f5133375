"""The commands of `pay`, one file each."""
