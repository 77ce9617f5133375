"""Judges whether Fargate does as well as EC2, from counts by minute: pure functions, a part a file.

The parts may be asked every minute: their e-values stay valid however often people look
(docs/decisions/0146).
"""
