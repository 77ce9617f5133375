"""Rules about load balancers, target groups and security groups."""
