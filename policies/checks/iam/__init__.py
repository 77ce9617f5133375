"""Rules about roles, policies and trust."""
