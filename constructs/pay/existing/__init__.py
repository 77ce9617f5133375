"""Looks up what exists already through data sources; never creates, changes or destroys it.

Each lookup is a contract. Where a wrong answer could hurt, it has a postcondition. The failed plan
then says what to check.
"""
