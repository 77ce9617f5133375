"""Runs load tests, and judges what their runner and the load balancers saw."""
