"""Rules about DNS records and stages."""
