"""Gives commands what many of them need: input, output, refusals, environments, Git, waiting."""
