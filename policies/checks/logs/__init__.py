"""Rules about logs and alarms."""
