"""Puts an environment to sleep and wakes it by hand; its schedules do the same by the clock."""
