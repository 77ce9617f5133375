"""Rules about containers, tasks, clusters and deployments."""
