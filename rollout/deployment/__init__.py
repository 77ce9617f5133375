"""Deploys a release to the sides of its service, one after the other."""
