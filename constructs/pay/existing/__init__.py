"""What exists already: found through data sources, never created, changed or destroyed here.

Each lookup is a contract. Where a wrong answer could hurt it carries a postcondition, so that the
plan fails with a sentence that says what to check.
"""
