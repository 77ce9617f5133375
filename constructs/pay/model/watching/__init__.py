"""Findings of AWS's tools in an account, on their ways to people."""
