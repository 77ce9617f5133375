"""Rules about tasks, instances and scaling."""
