"""Rules about DNS records at their stages."""
