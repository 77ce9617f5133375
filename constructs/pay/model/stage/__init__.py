"""Stages of a move as values: the ladder, its transitions, conditions, and what always holds."""
