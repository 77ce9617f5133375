"""Compares AWS's quotas with what the moves of an account's environments need."""
