"""Constructs of one service on one side, and its DNS records."""
