"""Findings of AWS's tools in an account, and the ways to people."""
