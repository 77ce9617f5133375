"""Rules about containers, tasks, clusters, deployments."""
