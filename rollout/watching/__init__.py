"""Reads what watches an environment: settings of its account, and what runs on each side."""
