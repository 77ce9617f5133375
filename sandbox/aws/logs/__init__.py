"""CloudWatch Logs, corrected in moto."""
