"""Stages of a move as values: the ladder, its transitions, conditions, and what always holds."""

import pay.model.stage.rows  # noqa: F401  a stage without its rows is refused at import
