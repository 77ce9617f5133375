"""Compares the connections that services need with the security groups that AWS has."""
