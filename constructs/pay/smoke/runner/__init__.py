"""Runs a canary's archive on this machine: Node, a stand-in for AWS's runtime, and Chromium."""
