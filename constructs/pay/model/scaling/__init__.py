"""The number of Fargate's tasks by time: settings, scheduled actions, target tracking."""
