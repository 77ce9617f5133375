"""Follows a finding of protective monitoring from the tool that reports it to its answer."""
