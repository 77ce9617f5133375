"""Reads the files of `environments/`: environments, ids to adopt, suppressions."""
