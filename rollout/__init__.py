"""The command `pay`, for people and pipelines around a deploy."""
