"""The sleep of an environment: its parts, the schedules that stop or wake them."""
