"""Runs a canary's archive on this machine: Node, Chromium, a stand-in for AWS's runtime."""
