"""Constructs of one service on one side, with its DNS records."""
