"""Compares what a move needs of the existing estate with what AWS has."""
