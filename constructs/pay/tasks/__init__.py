"""Tasks beside the services: migrations of databases, scheduled calls, tasks that staff start."""
