"""GuardDuty's agent in the tasks of a side: whether it runs, and what keeps it from running."""
