"""Gives commands what many of them need of a terminal: input, output, refusals.

`environments` is input, too. It loads what a person names by ENV, and warns about all else.
"""
