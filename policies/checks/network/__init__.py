"""Rules about security groups, subnets and reachability."""
