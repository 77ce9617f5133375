"""How many tasks Fargate runs at which time: settings, scheduled actions and target tracking."""
