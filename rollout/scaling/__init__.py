"""Scales services by demand, on paper or in AWS."""
