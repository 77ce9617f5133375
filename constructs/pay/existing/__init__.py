"""Looks up existing resources through data sources; never creates, changes or destroys one.

Each lookup is a contract. Where a wrong answer could hurt, it has a postcondition. The failed plan
then says what to check.
"""
