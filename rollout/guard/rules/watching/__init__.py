"""Rules about the findings of watched accounts."""
