"""Rules about security groups, subnets, reachability."""
