"""Rules about roles, policies, trust."""
