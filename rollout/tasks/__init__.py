"""Runs tasks that work once, such as migrations of databases."""
