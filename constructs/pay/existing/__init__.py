"""Looks up what exists already through data sources; never creates, changes or destroys it.

Each lookup is a contract. Where a wrong answer could hurt it carries a postcondition, so that the
plan fails with a sentence that says what to check.
"""
