"""Stages of a move as values: the ladder, its transitions, its conditions, its invariants."""

import pay.model.stage.rows  # noqa: F401  a stage without its rows is refused at import
