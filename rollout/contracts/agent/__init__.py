"""Reads whether GuardDuty's agent watches the tasks of a side."""
